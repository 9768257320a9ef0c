INSERT INTO topic_purged AS t (topic, total, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced,
    complained, soft_bounced, delayed, rejected, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
    ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
    ?17, ?18, ?19)
ON CONFLICT (topic) DO UPDATE SET
    total = t.total + excluded.total, sent = t.sent + excluded.sent, failed = t.failed + excluded.failed,
    suppressed = t.suppressed + excluded.suppressed, cancelled = t.cancelled + excluded.cancelled,
    expired = t.expired + excluded.expired, unknown = t.unknown + excluded.unknown, delivered = t.delivered + excluded.delivered,
    bounced = t.bounced + excluded.bounced, complained = t.complained + excluded.complained,
    soft_bounced = t.soft_bounced + excluded.soft_bounced, delayed = t.delayed + excluded.delayed,
    rejected = t.rejected + excluded.rejected, opened = t.opened + excluded.opened, clicked = t.clicked + excluded.clicked,
    opened_by_person = t.opened_by_person + excluded.opened_by_person,
    clicked_by_person = t.clicked_by_person + excluded.clicked_by_person, unsubscribed = t.unsubscribed + excluded.unsubscribed;
