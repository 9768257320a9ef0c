-- What waits of a cancelled message is as good as cancelled.
SELECT 1 FROM delivery d WHERE d.key BETWEEN $1::bigint AND $2::bigint AND (d.state = 2 OR (d.state = 0 AND NOT $3::boolean)) LIMIT 1;
