SELECT count(*) FROM (SELECT 1 FROM event WHERE key = $1::bigint AND kind & $2::bigint <> 0 LIMIT $3::bigint) AS kept;
