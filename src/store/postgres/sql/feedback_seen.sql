-- Once a second at most: the row is also that of the shared rate, and an update holds it until the turn's commit.
INSERT INTO provider (name, last_feedback)
SELECT $1::text, $2::bigint WHERE NOT EXISTS (SELECT 1 FROM provider WHERE name = $1::text AND last_feedback > $2::bigint - 1000)
ON CONFLICT (name) DO UPDATE SET last_feedback = greatest(coalesce(provider.last_feedback, 0), excluded.last_feedback);
