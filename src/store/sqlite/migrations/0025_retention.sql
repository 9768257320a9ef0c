-- What was deleted because it was old enough, and what is looked at again later.

-- Recipients of deleted mail, by topic (0: without one): the counts of a topic stay, so they are this and what a recount finds.
CREATE TABLE topic_purged (
    topic INTEGER PRIMARY KEY,
    total INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    suppressed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    expired INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    bounced INTEGER NOT NULL,
    complained INTEGER NOT NULL,
    soft_bounced INTEGER NOT NULL,
    delayed INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    clicked INTEGER NOT NULL,
    opened_by_person INTEGER NOT NULL,
    clicked_by_person INTEGER NOT NULL,
    unsubscribed INTEGER NOT NULL
);

-- Messages the walk of a kind of data has passed because they were open or not old enough yet. `since`: what their age counts from.
CREATE TABLE retention_later (
    kind INTEGER NOT NULL,
    since INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (kind, since, message)
) WITHOUT ROWID;

-- Up to which message each kind was walked, and up to when administrative acts may be deleted: a time only inside the transaction that does.
INSERT INTO marker (name, value) VALUES ('retention_content', 0), ('retention_events', 0), ('retention_records', 0), ('audit_deletable', -1);
DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN OLD.at > coalesce((SELECT value FROM marker WHERE name = 'audit_deletable'), -1)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
