-- Topics that deliver events to us, and queues: who may, what waits to be confirmed, and when the last came.
CREATE TABLE event_source (
    -- A topic's ARN, or a queue's address.
    name text PRIMARY KEY,
    -- What a person decided: 0 nothing, 1 allowed, 2 removed.
    verdict bigint NOT NULL DEFAULT 0,
    first_seen_at bigint NOT NULL,
    confirmed_at bigint,
    -- The subscription that waits to be confirmed.
    asked_url text,
    asked_at bigint,
    next_try_at bigint,
    tries bigint NOT NULL DEFAULT 0,
    fault text,
    unsubscribed_at bigint,
    last_event_at bigint,
    events bigint NOT NULL DEFAULT 0
);
