-- What was deleted because it was old enough, and what is looked at again later.

-- Recipients of deleted mail, by topic (0: without one): the counts of a topic stay, so they are this and what a recount finds.
CREATE TABLE topic_purged (
    topic bigint PRIMARY KEY,
    total bigint NOT NULL,
    sent bigint NOT NULL,
    failed bigint NOT NULL,
    suppressed bigint NOT NULL,
    cancelled bigint NOT NULL,
    expired bigint NOT NULL,
    unknown bigint NOT NULL,
    delivered bigint NOT NULL,
    bounced bigint NOT NULL,
    complained bigint NOT NULL,
    soft_bounced bigint NOT NULL,
    delayed bigint NOT NULL,
    rejected bigint NOT NULL,
    opened bigint NOT NULL,
    clicked bigint NOT NULL,
    opened_by_person bigint NOT NULL,
    clicked_by_person bigint NOT NULL,
    unsubscribed bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

-- Messages the walk of a kind of data has passed because they were open or not old enough yet. `since`: what their age counts from.
CREATE TABLE retention_later (
    kind bigint NOT NULL,
    since bigint NOT NULL,
    message bigint NOT NULL,
    PRIMARY KEY (kind, since, message)
);

-- Up to which message each kind was walked, and up to when administrative acts may be deleted: a time only inside the transaction that does.
INSERT INTO marker (name, value) VALUES ('retention_content', 0), ('retention_events', 0), ('retention_records', 0), ('audit_deletable', -1);
CREATE OR REPLACE FUNCTION jebi_audit_refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at <= (SELECT value FROM marker WHERE name = 'audit_deletable') THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
