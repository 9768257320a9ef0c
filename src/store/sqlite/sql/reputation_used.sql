SELECT (SELECT COALESCE(SUM(sent), 0) FROM reputation_slot WHERE kind = ?1 AND name = ?2 AND slot >= ?3),
    (SELECT COALESCE(SUM(l.open * (l.weight + l.again)), 0) FROM lease l JOIN topic_queue q ON q.no = l.queue JOIN message m ON m.no = l.message
        WHERE (?1 = 0 AND q.provider = ?2) OR (?1 = 1 AND m.sender = ?2));
