SELECT no, name, created_at, paused_at, total, pending, unsettled, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced, complained, soft_bounced, delayed, rejected, opened, clicked, opened_by_person, clicked_by_person,
    unsubscribed, opens, opens_by_person, clicks, clicks_by_person, bulk_paused_at FROM topic WHERE name > $1::text ORDER BY name LIMIT $2::bigint;
