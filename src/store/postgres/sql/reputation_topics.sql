SELECT t.name, t.sent, t.delivered, r.bounced, EXISTS (SELECT 1 FROM topic_queue q WHERE q.topic = t.no AND q.lane = 0)
FROM reputation_topic r JOIN topic t ON t.no = r.topic WHERE r.judged_at IS NULL AND t.paused_at IS NULL ORDER BY r.topic DESC LIMIT 500;
