-- What became of a topic's mail, hour by hour. Recipients, by the hour (since 1970) of what happened to them; moved in the transaction that
-- moves the topic's counts, so that the sums agree. Hour -1 holds what was counted before hours were kept.
CREATE TABLE topic_hour (
    topic bigint NOT NULL,
    hour bigint NOT NULL,
    sent bigint NOT NULL,
    delivered bigint NOT NULL,
    bounced bigint NOT NULL,
    complained bigint NOT NULL,
    opened bigint NOT NULL,
    clicked bigint NOT NULL,
    opened_by_person bigint NOT NULL,
    clicked_by_person bigint NOT NULL,
    unsubscribed bigint NOT NULL,
    PRIMARY KEY (topic, hour)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
INSERT INTO topic_hour (topic, hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
SELECT no, -1, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed FROM topic
WHERE no <> 0 AND sent + delivered + bounced + complained + opened + clicked + unsubscribed > 0;
-- The hours of topics made from then on hold everything. Nodes of the version before may run beside for a while: they move counts and no
-- hours, so a day is left to them. A store without mail has none.
INSERT INTO marker (name, value)
SELECT 'topic_hours', CASE WHEN EXISTS (SELECT FROM message) THEN jebi_now() + 86400000 ELSE 0 END;
