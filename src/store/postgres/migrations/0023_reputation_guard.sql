-- How much of an account's (kind 0) and a sender's domain's (1) mail bounced, was complained of and failed. Recipients, by quarters of an hour
-- of when it was counted.
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

-- What was decided of them.
CREATE TABLE reputation_mark (
    kind bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    mark text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name)
);

-- Topics whose bulk mail bounced; why one was stopped, until it is resumed.
CREATE TABLE reputation_topic (
    topic bigint PRIMARY KEY,
    bounced bigint NOT NULL,
    judged_at bigint,
    why text
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE INDEX reputation_topic_open ON reputation_topic (topic) WHERE judged_at IS NULL;
CREATE INDEX reputation_topic_stopped ON reputation_topic (topic) WHERE why IS NOT NULL;

-- Alerts as they stand; the subject * silences all of a code.
CREATE TABLE alert (
    code text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    state text NOT NULL,
    raised_at bigint,
    PRIMARY KEY (code, subject)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
