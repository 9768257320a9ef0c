-- How much of an account's (kind 0) and a sender's domain's (1) mail bounced, was complained of and failed. Recipients, by quarters of an hour
-- of when it was sent, and by days.
CREATE TABLE reputation_slot (
    kind bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    slot bigint NOT NULL,
    sent bigint NOT NULL,
    bounced bigint NOT NULL,
    complained bigint NOT NULL,
    failed bigint NOT NULL,
    PRIMARY KEY (kind, name, slot)
) WITH (fillfactor = 25, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX reputation_slot_age ON reputation_slot (slot);
CREATE TABLE reputation_day (
    kind bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    day bigint NOT NULL,
    sent bigint NOT NULL,
    bounced bigint NOT NULL,
    complained bigint NOT NULL,
    failed bigint NOT NULL,
    PRIMARY KEY (kind, name, day)
) WITH (fillfactor = 25, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX reputation_day_age ON reputation_day (day);

-- What was decided of them.
CREATE TABLE reputation_mark (
    kind bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    mark text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name)
);

-- Topics whose bulk mail bounced, and when it last did; why one was stopped, until it is resumed.
CREATE TABLE reputation_topic (
    topic bigint PRIMARY KEY,
    bounced bigint NOT NULL,
    bounced_at bigint NOT NULL,
    judged_at bigint,
    why text
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE INDEX reputation_topic_open ON reputation_topic (bounced_at) WHERE judged_at IS NULL;
CREATE INDEX reputation_topic_stopped ON reputation_topic (topic) WHERE why IS NOT NULL;

-- Since when a topic's bulk mail is stopped; its transactional mail goes on. Claims look where they look for paused topics (0011).
ALTER TABLE topic ADD COLUMN bulk_paused_at bigint;
ALTER TABLE topic_paused ALTER COLUMN at DROP NOT NULL, ADD COLUMN bulk_at bigint;
CREATE OR REPLACE FUNCTION topic_paused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM topic_paused WHERE topic = new.no;
    IF new.paused_at IS NOT NULL OR new.bulk_paused_at IS NOT NULL THEN
        INSERT INTO topic_paused (topic, at, bulk_at) VALUES (new.no, new.paused_at, new.bulk_paused_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER topic_bulk_paused AFTER UPDATE OF bulk_paused_at ON topic FOR EACH ROW EXECUTE FUNCTION topic_paused();

-- When an account last told that mail arrived.
ALTER TABLE provider ADD COLUMN last_delivered bigint;

-- Alerts as they stand; a subject no alert has stands for all of a code.
CREATE TABLE alert (
    code text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    state text NOT NULL,
    raised_at bigint,
    PRIMARY KEY (code, subject)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Bulk mail of a sender's domain that is held back: set aside by the claim that met it, and what it was due at before.
ALTER TABLE entry ADD COLUMN aside_for text COLLATE "C";
ALTER TABLE entry ADD COLUMN aside_due bigint;
CREATE INDEX entry_aside ON entry (aside_for, aside_due, no) WHERE aside_for IS NOT NULL;
-- The sender's domain, in lower case; NULL where it was accepted before.
ALTER TABLE message ADD COLUMN sender text COLLATE "C";
