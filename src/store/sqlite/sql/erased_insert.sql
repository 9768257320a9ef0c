-- Asked again, what keeps all mail away stays so, and only a consent given after the last time counts.
INSERT INTO erased (hash, bulk_only, at) VALUES (?1, ?2, ?3)
ON CONFLICT (hash) DO UPDATE SET bulk_only = min(bulk_only, excluded.bulk_only), at = max(at, excluded.at)
RETURNING bulk_only;
