-- Topics that deliver events to us, and queues: who may, what waits to be confirmed, and when the last came.
CREATE TABLE event_source (
    -- A topic's ARN, or a queue's address.
    name TEXT PRIMARY KEY,
    -- What a person decided: 0 nothing, 1 allowed, 2 removed.
    verdict INTEGER NOT NULL DEFAULT 0,
    first_seen_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    -- The subscription that waits to be confirmed.
    asked_url TEXT,
    asked_at INTEGER,
    next_try_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    fault TEXT,
    unsubscribed_at INTEGER,
    last_event_at INTEGER,
    events INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
