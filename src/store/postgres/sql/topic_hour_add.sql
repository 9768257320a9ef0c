INSERT INTO topic_hour (topic, hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
SELECT no, greatest($2::bigint, created_at / 3600000), $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint,
    $10::bigint, $11::bigint FROM topic WHERE no = $1::bigint
ON CONFLICT (topic, hour) DO UPDATE SET sent = topic_hour.sent + excluded.sent, delivered = topic_hour.delivered + excluded.delivered,
    bounced = topic_hour.bounced + excluded.bounced, complained = topic_hour.complained + excluded.complained,
    opened = topic_hour.opened + excluded.opened, clicked = topic_hour.clicked + excluded.clicked,
    opened_by_person = topic_hour.opened_by_person + excluded.opened_by_person,
    clicked_by_person = topic_hour.clicked_by_person + excluded.clicked_by_person,
    unsubscribed = topic_hour.unsubscribed + excluded.unsubscribed;
