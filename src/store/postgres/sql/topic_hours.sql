SELECT hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed FROM topic_hour
WHERE topic = $1::bigint AND hour >= $2::bigint AND hour < $3::bigint ORDER BY hour DESC LIMIT $4::bigint;
