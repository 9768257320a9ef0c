-- What became of a topic's mail, hour by hour. Recipients, by the hour (since 1970) of what happened to them; moved in the transaction that
-- moves the topic's counts, so that the sums agree. Hour -1 holds what was counted before hours were kept.
CREATE TABLE topic_hour (
    topic INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    bounced INTEGER NOT NULL,
    complained INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    clicked INTEGER NOT NULL,
    opened_by_person INTEGER NOT NULL,
    clicked_by_person INTEGER NOT NULL,
    unsubscribed INTEGER NOT NULL,
    PRIMARY KEY (topic, hour)
) WITHOUT ROWID;
INSERT INTO topic_hour (topic, hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
SELECT no, -1, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed FROM topic
WHERE no <> 0 AND sent + delivered + bounced + complained + opened + clicked + unsubscribed > 0;
-- The hours of topics made from then on hold everything. One process writes at a time, so those of earlier ones do too.
INSERT INTO marker (name, value) VALUES ('topic_hours', 0);
