-- The links of a topic's mail, and how often they were followed. Those without an address: one for all beyond the first so many and for those
-- that variables brought, and those whose address was erased.
CREATE TABLE topic_link (
    no INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    -- Of the address: it may be longer than an index takes.
    hash BLOB NOT NULL,
    url TEXT NOT NULL,
    clicks INTEGER NOT NULL DEFAULT 0,
    clicks_by_person INTEGER NOT NULL DEFAULT 0,
    recipients INTEGER NOT NULL DEFAULT 0,
    recipients_by_person INTEGER NOT NULL DEFAULT 0,
    -- Of these, copies that are not kept any more.
    gone INTEGER NOT NULL DEFAULT 0,
    gone_by_person INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX topic_link_hash ON topic_link (topic, hash);

-- Which copies a link was followed from, and whether a person did.
CREATE TABLE link_copy (
    link INTEGER NOT NULL,
    key INTEGER NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (key, link)
) WITHOUT ROWID;

-- The last batch of opens and clicks that whoever hands them in has had written: one that is offered again was written.
CREATE TABLE visit_batch (
    source BLOB PRIMARY KEY,
    no INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

-- What is followed of the mail of topics that say so themselves, there or not yet; empty is left to the sender's profile.
CREATE TABLE topic_tracking (
    name TEXT PRIMARY KEY,
    opens INTEGER,
    clicks INTEGER
) WITHOUT ROWID;
