INSERT INTO file_piece (upload, start, bytes) VALUES ($1::bigint, $2::bigint, $3::bytea);
