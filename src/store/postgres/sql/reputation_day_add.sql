INSERT INTO reputation_day (kind, name, day, sent, bounced, complained, failed) VALUES ($1::bigint, $2::text, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint)
ON CONFLICT (kind, name, day) DO UPDATE SET sent = reputation_day.sent + excluded.sent, bounced = reputation_day.bounced + excluded.bounced,
    complained = reputation_day.complained + excluded.complained, failed = reputation_day.failed + excluded.failed;
