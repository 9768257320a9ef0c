SELECT u.n FROM unnest($1::text[]) WITH ORDINALITY AS u (address, n)
WHERE (SELECT true FROM suppression s WHERE s.address = u.address);
