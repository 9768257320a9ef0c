-- The database's time, whatever the node's clock ($2) says.
UPDATE incarnation SET beat_at = jebi_now() WHERE no = $1::bigint AND ended_at IS NULL AND $2::bigint IS NOT NULL;
