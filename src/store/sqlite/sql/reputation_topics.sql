SELECT t.name, t.sent, t.delivered, r.bounced FROM reputation_topic r JOIN topic t ON t.no = r.topic
WHERE r.judged_at IS NULL AND t.paused_at IS NULL AND t.bulk_paused_at IS NULL ORDER BY r.bounced_at DESC LIMIT 500;
