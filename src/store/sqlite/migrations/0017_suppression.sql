-- Who is not to be mailed: an entry for each scope (`all`, `bulk`, `topic:NAME`), who says so, how often it was told.
ALTER TABLE suppression RENAME TO suppression_before;
CREATE TABLE suppression (
    address TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT 'all',
    cause INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'operator',
    actor TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL DEFAULT 0,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (address, scope)
) WITHOUT ROWID;
INSERT INTO suppression (address, cause, source, created_at, last_at)
SELECT address, cause, CASE cause WHEN 3 THEN 'operator' ELSE 'event' END, created_at, created_at FROM suppression_before;
DROP TABLE suppression_before;
CREATE INDEX suppression_domain ON suppression (substr(address, instr(address, '@') + 1), address, scope);

-- What was taken off the list, by whom and why. Rows are only added.
CREATE TABLE suppression_removed (
    no INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    scope TEXT NOT NULL,
    cause INTEGER NOT NULL,
    detail TEXT NOT NULL,
    source TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    removed_at INTEGER NOT NULL,
    removed_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX suppression_removed_address ON suppression_removed (address, no);

-- Days (UTC, from 1970) on which mail to an address bounced for now, since something was last delivered to it.
CREATE TABLE soft_bounce (
    address TEXT NOT NULL,
    day INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (address, day)
) WITHOUT ROWID;
CREATE INDEX soft_bounce_day ON soft_bounce (day);

-- What the account of a provider is still to be told: an address and why it is listed, or without a cause that it is not any more.
CREATE TABLE suppression_tell (
    provider TEXT NOT NULL,
    address TEXT NOT NULL,
    cause INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (provider, address)
) WITHOUT ROWID;

-- Up to when the list of a provider's account was read.
CREATE TABLE suppression_account (
    provider TEXT PRIMARY KEY,
    read_to INTEGER NOT NULL
) WITHOUT ROWID;
