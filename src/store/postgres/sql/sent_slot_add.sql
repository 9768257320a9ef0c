INSERT INTO sent_slot (provider, slot, sent) SELECT provider, $2::bigint, $3::bigint FROM topic_queue WHERE no = $1::bigint
ON CONFLICT (provider, slot) DO UPDATE SET sent = sent_slot.sent + excluded.sent;
