INSERT INTO event (key, recipient, kind, at, detail, source)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[]);
