SELECT hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed FROM topic_hour
WHERE topic = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour DESC LIMIT ?4;
