-- Where a report came from; 0 for those of before.
ALTER TABLE event ADD COLUMN source INTEGER NOT NULL DEFAULT 0;

-- Reports whose mail is not known yet, by the provider's id.
CREATE TABLE event_unmatched (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    hash INTEGER NOT NULL,
    provider_id TEXT NOT NULL,
    -- JSON.
    reports TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- Looked for again then, and dropped then.
    due INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX event_unmatched_hash ON event_unmatched (hash);
CREATE INDEX event_unmatched_due ON event_unmatched (due);
