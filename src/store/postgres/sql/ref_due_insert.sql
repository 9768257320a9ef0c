INSERT INTO provider_ref_due (first, last) SELECT * FROM unnest($1::bigint[], $2::bigint[]);
