-- What a key allows, how it is used, and who did what. A key made before has all scopes and no limit.
ALTER TABLE api_key ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN scopes INTEGER NOT NULL DEFAULT 7;
ALTER TABLE api_key ADD COLUMN expires_at INTEGER;
-- One a line.
ALTER TABLE api_key ADD COLUMN senders TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';
-- Recipients a calendar day.
ALTER TABLE api_key ADD COLUMN daily_limit INTEGER;
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;
ALTER TABLE api_key ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
-- Recipients not counted on the day they were forgiven, and when that was.
ALTER TABLE api_key ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN forgiven_at INTEGER;

-- Recipients accepted, by quarter of an hour: every zone's day begins at one.
CREATE TABLE key_usage (
    api_key INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    recipients INTEGER NOT NULL,
    PRIMARY KEY (api_key, quarter)
) WITHOUT ROWID;

-- Administrative acts. Append-only: the triggers refuse everything else, also what would replace a row.
CREATE TABLE audit (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    api_key INTEGER,
    address TEXT,
    act TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    result TEXT NOT NULL
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
