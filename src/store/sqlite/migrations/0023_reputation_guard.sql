-- How much of an account's (kind 0) and a sender's domain's (1) mail bounced, was complained of and failed. Recipients, by quarters of an hour
-- of when it was counted.
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

-- What was decided of them.
CREATE TABLE reputation_mark (
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- Topics whose bulk mail bounced; why one was stopped, until it is resumed.
CREATE TABLE reputation_topic (
    topic INTEGER PRIMARY KEY,
    bounced INTEGER NOT NULL,
    judged_at INTEGER,
    why TEXT
);
CREATE INDEX reputation_topic_open ON reputation_topic (topic) WHERE judged_at IS NULL;
CREATE INDEX reputation_topic_stopped ON reputation_topic (topic) WHERE why IS NOT NULL;

-- Alerts as they stand; the subject * silences all of a code.
CREATE TABLE alert (
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    raised_at INTEGER,
    PRIMARY KEY (code, subject)
) WITHOUT ROWID;
