SELECT t.name, r.why, r.judged_at FROM reputation_topic r JOIN topic t ON t.no = r.topic
WHERE r.why IS NOT NULL AND t.paused_at IS NOT NULL ORDER BY r.judged_at DESC LIMIT 500;
