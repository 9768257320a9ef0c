SELECT total, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced, complained, soft_bounced, delayed, rejected,
    opened, clicked, opened_by_person, clicked_by_person, unsubscribed FROM topic_purged WHERE topic = ?1;
