INSERT INTO reputation_slot (kind, name, slot, sent, bounced, complained, failed) VALUES ($1::bigint, $2::text, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint)
ON CONFLICT (kind, name, slot) DO UPDATE SET sent = reputation_slot.sent + excluded.sent, bounced = reputation_slot.bounced + excluded.bounced,
    complained = reputation_slot.complained + excluded.complained, failed = reputation_slot.failed + excluded.failed;
