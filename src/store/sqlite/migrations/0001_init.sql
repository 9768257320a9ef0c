-- The queue holds ranges, not rows (docs/ARCHITECTURE.md). Times are milliseconds since 1970; keys are message_no << 24 | ordinal.

CREATE TABLE installation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    held_since INTEGER,
    held_why TEXT,
    -- Messages up to this one were there when the hold began.
    held_message INTEGER
);

CREATE TABLE incarnation (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    beat_at INTEGER NOT NULL,
    ended_at INTEGER
);

CREATE TABLE provider (
    name TEXT PRIMARY KEY,
    last_slot INTEGER,
    last_feedback INTEGER
) WITHOUT ROWID;

CREATE TABLE api_key (
    no INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);

-- Counts are recipients, moved in the transaction that moves the state. `pending` is waiting and sending together.
CREATE TABLE topic (
    no INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    paused_at INTEGER,
    total INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    unsettled INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    bounced INTEGER NOT NULL DEFAULT 0,
    complained INTEGER NOT NULL DEFAULT 0,
    opened INTEGER NOT NULL DEFAULT 0
);
-- Mail without a topic.
INSERT INTO topic (no, name, created_at) VALUES (0, '', 0);

CREATE TABLE totals (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    waiting INTEGER NOT NULL,
    unsettled INTEGER NOT NULL
);
INSERT INTO totals (one, waiting, unsettled) VALUES (1, 0, 0);

-- The waiting mail of one (provider, lane, topic). Cancelling a topic retires its row; what is posted later gets a new one.
CREATE TABLE topic_queue (
    no INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    lane INTEGER NOT NULL,
    topic INTEGER NOT NULL REFERENCES topic (no),
    -- Recipients in its entries that are waiting (not unsettled).
    waiting INTEGER NOT NULL DEFAULT 0,
    -- Earliest due entry.
    next_due INTEGER,
    cancelled_at INTEGER,
    swept_at INTEGER
);
CREATE UNIQUE INDEX topic_queue_live ON topic_queue (provider, lane, topic) WHERE cancelled_at IS NULL;
CREATE INDEX topic_queue_due ON topic_queue (lane, next_due) WHERE next_due IS NOT NULL;
CREATE INDEX topic_queue_unswept ON topic_queue (no) WHERE cancelled_at IS NOT NULL AND swept_at IS NULL;
CREATE INDEX topic_queue_topic ON topic_queue (topic);

-- Content shared by several recipients or over 16 KiB; smaller single ones lie in their message's row.
CREATE TABLE content (
    no INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX content_hash ON content (hash);

CREATE TABLE message (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    -- Set when it is published: a large request is staged over several commits and shown by the last.
    queue INTEGER,
    topic INTEGER NOT NULL,
    api_key INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    joint INTEGER NOT NULL,
    on_unknown INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    scheduled INTEGER NOT NULL,
    expires_at INTEGER,
    cancelled_at INTEGER,
    -- When it was found to be too late before anything of it was attempted.
    lapsed_at INTEGER,
    route TEXT NOT NULL,
    content BLOB,
    content_no INTEGER
);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_topic ON message (topic, no) WHERE topic <> 0;
CREATE INDEX message_staged ON message (no) WHERE queue IS NULL;

-- One copy. `attempt` is the last attempt whose end is written here; the attempt before that are rows of `attempt`.
CREATE TABLE delivery (
    key INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT,
    state INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    feedback INTEGER NOT NULL,
    -- An attempt of unknown outcome came before an accepted one.
    twice INTEGER NOT NULL,
    -- Recipients of a joint copy; NULL for a copy to one.
    joint INTEGER,
    changed_at INTEGER,
    next_try INTEGER,
    provider_id TEXT,
    reason TEXT
);

CREATE TABLE joint_recipient (
    key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    role INTEGER NOT NULL,
    email TEXT NOT NULL,
    name TEXT,
    state INTEGER NOT NULL,
    feedback INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (key, position)
) WITHOUT ROWID;

-- Attempts before the one in the delivery's own row.
CREATE TABLE attempt (
    key INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER,
    outcome TEXT NOT NULL,
    provider_id TEXT,
    reason TEXT,
    PRIMARY KEY (key, attempt, outcome)
) WITHOUT ROWID;

CREATE TABLE event (
    no INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX event_key ON event (key);

-- Copies first .. first + count - 1 of a message wait for the attempt named.
CREATE TABLE entry (
    queue INTEGER NOT NULL,
    due INTEGER NOT NULL,
    no INTEGER NOT NULL,
    message INTEGER NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (queue, due, no)
) WITHOUT ROWID;

-- Claimed copies: this incarnation may send them. `open` of them have no outcome yet.
CREATE TABLE lease (
    no INTEGER PRIMARY KEY,
    incarnation INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    message INTEGER NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    open INTEGER NOT NULL,
    -- Recipients of each copy.
    weight INTEGER NOT NULL,
    -- It is the resend of copies that are unsettled.
    resend INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL
);
CREATE INDEX lease_message ON lease (message);

-- Copies of a lease that were given back or settled out of turn, so that repeating that changes nothing.
CREATE TABLE lease_returned (
    lease INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (lease, ordinal)
) WITHOUT ROWID;

CREATE TABLE idempotency (
    no INTEGER PRIMARY KEY,
    api_key INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- The first message it stored.
    message INTEGER
);
CREATE UNIQUE INDEX idempotency_key ON idempotency (api_key, key);

CREATE TABLE suppression (
    address TEXT PRIMARY KEY,
    cause INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Deliveries by address, filled behind the writer's back so that accepting stays fast; rows after `marker` are scanned.
CREATE TABLE address_index (
    hash INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (hash, key)
) WITHOUT ROWID;

CREATE TABLE marker (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO marker (name, value) VALUES ('address_indexed', 0);

-- Recipients sent, by minute.
CREATE TABLE sent_minute (
    minute INTEGER PRIMARY KEY,
    sent INTEGER NOT NULL
);

CREATE TABLE inbox (
    no INTEGER PRIMARY KEY,
    message_id BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    size INTEGER NOT NULL,
    source BLOB NOT NULL
);
CREATE INDEX inbox_delivery ON inbox (message_id, ordinal);
