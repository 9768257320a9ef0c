SELECT no, salt, proof, since FROM link_key ORDER BY no;
