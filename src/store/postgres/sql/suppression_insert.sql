-- In order, so that two nodes that list the same addresses wait for each other instead of both.
INSERT INTO suppression (address, cause, created_at)
SELECT u.address, u.cause, u.created_at FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS u (address, cause, created_at)
ORDER BY u.address COLLATE "C"
ON CONFLICT (address) DO NOTHING;
