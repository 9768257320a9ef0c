INSERT INTO reputation_slot (kind, name, slot, sent, bounced, complained, failed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (kind, name, slot) DO UPDATE SET sent = sent + excluded.sent, bounced = bounced + excluded.bounced,
    complained = complained + excluded.complained, failed = failed + excluded.failed;
