INSERT INTO inbox (message_id, ordinal, at, sender, recipients, subject, size, source) VALUES ($1::bytea, $2::bigint, $3::bigint, $4::text, $5::text, $6::text, $7::bigint, $8::bytea) RETURNING no;
