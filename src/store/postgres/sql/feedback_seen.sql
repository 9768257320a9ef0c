-- Once a second at most: the row is also that of the shared rate, and an update holds it until the turn's commit.
INSERT INTO provider (name, last_feedback, last_delivered)
SELECT $1::text, $2::bigint, $3::bigint WHERE NOT EXISTS (SELECT 1 FROM provider WHERE name = $1::text AND last_feedback > $2::bigint - 1000
    AND ($3::bigint IS NULL OR last_delivered > $2::bigint - 1000))
ON CONFLICT (name) DO UPDATE SET last_feedback = greatest(coalesce(provider.last_feedback, 0), excluded.last_feedback),
    last_delivered = greatest(provider.last_delivered, excluded.last_delivered);
