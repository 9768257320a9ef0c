SELECT no, name, total, pending, unsettled, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced, complained, soft_bounced, delayed, rejected, opened, clicked, opened_by_person, clicked_by_person,
    unsubscribed, created_at FROM topic WHERE no > ?1 ORDER BY no LIMIT 1;
