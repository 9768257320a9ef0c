-- The links of a topic's mail, and how often they were followed. The one without an address stands for all beyond the first so many.
CREATE TABLE topic_link (
    no INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    -- Of the address: it may be longer than an index takes.
    hash BLOB NOT NULL,
    url TEXT NOT NULL,
    clicks INTEGER NOT NULL DEFAULT 0,
    clicks_by_person INTEGER NOT NULL DEFAULT 0,
    recipients INTEGER NOT NULL DEFAULT 0,
    recipients_by_person INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX topic_link_hash ON topic_link (topic, hash);

-- Which copies a link was followed from, and whether a person did.
CREATE TABLE link_copy (
    link INTEGER NOT NULL,
    key INTEGER NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (link, key)
) WITHOUT ROWID;
