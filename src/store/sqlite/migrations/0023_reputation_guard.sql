-- How much of an account's (kind 0) and a sender's domain's (1) mail bounced, was complained of and failed. Recipients, by quarters of an hour
-- of when it was sent, and by days.
CREATE TABLE reputation_slot (
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    slot INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    bounced INTEGER NOT NULL,
    complained INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (kind, name, slot)
) WITHOUT ROWID;
CREATE INDEX reputation_slot_age ON reputation_slot (slot);
CREATE TABLE reputation_day (
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    day INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    bounced INTEGER NOT NULL,
    complained INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (kind, name, day)
) WITHOUT ROWID;
CREATE INDEX reputation_day_age ON reputation_day (day);

-- What was decided of them.
CREATE TABLE reputation_mark (
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- Topics whose bulk mail bounced, and when it last did; why one was stopped, until it is resumed.
CREATE TABLE reputation_topic (
    topic INTEGER PRIMARY KEY,
    bounced INTEGER NOT NULL,
    bounced_at INTEGER NOT NULL,
    judged_at INTEGER,
    why TEXT
);
CREATE INDEX reputation_topic_open ON reputation_topic (bounced_at) WHERE judged_at IS NULL;
CREATE INDEX reputation_topic_stopped ON reputation_topic (topic) WHERE why IS NOT NULL;

-- Since when a topic's bulk mail is stopped; its transactional mail goes on.
ALTER TABLE topic ADD COLUMN bulk_paused_at INTEGER;

-- When an account last told that mail arrived.
ALTER TABLE provider ADD COLUMN last_delivered INTEGER;

-- Alerts as they stand; a subject no alert has stands for all of a code.
CREATE TABLE alert (
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    raised_at INTEGER,
    PRIMARY KEY (code, subject)
) WITHOUT ROWID;

-- Bulk mail of a sender's domain that is held back: set aside by the claim that met it, and what it was due at before.
ALTER TABLE entry ADD COLUMN aside_for TEXT;
ALTER TABLE entry ADD COLUMN aside_due INTEGER;
CREATE INDEX entry_aside ON entry (aside_for, aside_due, no) WHERE aside_for IS NOT NULL;
-- The sender's domain, in lower case; NULL where it was accepted before.
ALTER TABLE message ADD COLUMN sender TEXT;
