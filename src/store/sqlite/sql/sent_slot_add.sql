INSERT INTO sent_slot (provider, slot, sent) SELECT provider, ?2, ?3 FROM topic_queue WHERE no = ?1
ON CONFLICT (provider, slot) DO UPDATE SET sent = sent + excluded.sent;
