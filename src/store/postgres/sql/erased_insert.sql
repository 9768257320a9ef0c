-- Asked again, what keeps all mail away stays so, and only a consent given after the last time counts.
INSERT INTO erased AS e (hash, bulk_only, at) VALUES ($1::bytea, $2::bigint, $3::bigint)
ON CONFLICT (hash) DO UPDATE SET bulk_only = least(e.bulk_only, excluded.bulk_only), at = greatest(e.at, excluded.at)
RETURNING e.bulk_only;
