INSERT INTO topic_hour (topic, hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
SELECT no, max(?2, created_at / 3600000), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM topic WHERE no = ?1
ON CONFLICT (topic, hour) DO UPDATE SET sent = sent + excluded.sent, delivered = delivered + excluded.delivered,
    bounced = bounced + excluded.bounced, complained = complained + excluded.complained, opened = opened + excluded.opened,
    clicked = clicked + excluded.clicked, opened_by_person = opened_by_person + excluded.opened_by_person,
    clicked_by_person = clicked_by_person + excluded.clicked_by_person, unsubscribed = unsubscribed + excluded.unsubscribed;
