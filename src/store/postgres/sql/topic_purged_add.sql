INSERT INTO topic_purged AS t (topic, total, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced,
    complained, soft_bounced, delayed, rejected, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint,
    $9::bigint, $10::bigint, $11::bigint, $12::bigint, $13::bigint, $14::bigint, $15::bigint, $16::bigint,
    $17::bigint, $18::bigint, $19::bigint)
ON CONFLICT (topic) DO UPDATE SET
    total = t.total + excluded.total, sent = t.sent + excluded.sent, failed = t.failed + excluded.failed,
    suppressed = t.suppressed + excluded.suppressed, cancelled = t.cancelled + excluded.cancelled,
    expired = t.expired + excluded.expired, unknown = t.unknown + excluded.unknown, delivered = t.delivered + excluded.delivered,
    bounced = t.bounced + excluded.bounced, complained = t.complained + excluded.complained,
    soft_bounced = t.soft_bounced + excluded.soft_bounced, delayed = t.delayed + excluded.delayed,
    rejected = t.rejected + excluded.rejected, opened = t.opened + excluded.opened, clicked = t.clicked + excluded.clicked,
    opened_by_person = t.opened_by_person + excluded.opened_by_person,
    clicked_by_person = t.clicked_by_person + excluded.clicked_by_person, unsubscribed = t.unsubscribed + excluded.unsubscribed;
