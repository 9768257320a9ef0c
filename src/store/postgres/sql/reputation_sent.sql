SELECT COALESCE(SUM(sent), 0)::bigint FROM reputation_slot WHERE kind = $1::bigint AND name = $2::text AND slot >= $3::bigint;
