-- Where happenings are told to.
CREATE TABLE endpoint (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    -- JSON; nothing in it is secret.
    body TEXT NOT NULL,
    -- URL and secrets, sealed with the installation's secret.
    sealed BLOB,
    from_config INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    disabled_at INTEGER,
    disabled_why TEXT,
    -- Its calls and log go in slices, and then the row.
    removed_at INTEGER,
    held_until INTEGER,
    failing_since INTEGER,
    dropped INTEGER NOT NULL DEFAULT 0
);

-- A happening that somebody wanted to hear of. What it says of a delivery is read from there when it is told.
CREATE TABLE hook_event (
    no INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- When it was written down.
    told_at INTEGER NOT NULL,
    key INTEGER,
    -- Place in a joint copy; NULL where it is not known or the copy is to one.
    position INTEGER,
    -- Where the recipient is not that of the delivery's row.
    recipient TEXT,
    -- The reporter's words; JSON where it is of no delivery.
    detail TEXT
);
CREATE INDEX hook_event_told ON hook_event (told_at, no);

-- The telling of one event to one endpoint.
CREATE TABLE hook_call (
    endpoint INTEGER NOT NULL,
    event INTEGER NOT NULL,
    state INTEGER NOT NULL,
    -- The next try; NULL once it has ended.
    due INTEGER,
    -- When it was due first in this round, and tries made in it.
    since INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    -- The incarnation that makes it.
    taken_by INTEGER,
    PRIMARY KEY (endpoint, event)
) WITHOUT ROWID;
CREATE INDEX hook_call_due ON hook_call (endpoint, due) WHERE due IS NOT NULL AND taken_by IS NULL;
CREATE INDEX hook_call_taken ON hook_call (taken_by) WHERE taken_by IS NOT NULL;

CREATE TABLE hook_try (
    endpoint INTEGER NOT NULL,
    event INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (endpoint, event, attempt)
) WITHOUT ROWID;
