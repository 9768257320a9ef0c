-- Finding mail by time and by the provider's id, and what operators decide about it.

-- From message `no` on, until the next row, messages were accepted in this hour (since 1970). Written where the hour changes, so
-- that lists by time need no index over messages; a clock that is set back only adds rows.
CREATE TABLE message_hour (
    no INTEGER PRIMARY KEY,
    hour INTEGER NOT NULL
);
INSERT INTO message_hour (no, hour)
SELECT no, hour FROM (SELECT no, created_at / 3600000 AS hour, lag(created_at / 3600000) OVER (ORDER BY no) AS earlier FROM message)
WHERE earlier IS NULL OR earlier <> hour;

-- Ranges of delivery keys whose provider ids are still to be indexed. Settling appends a row or two for a whole batch, instead of a
-- row in a random place for each mail.
CREATE TABLE provider_ref_due (
    no INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
);
INSERT INTO provider_ref_due (first, last) SELECT min(no) << 24, (max(no) + 1 << 24) - 1 FROM message HAVING count(*) > 0;

-- Deliveries by the provider's id, filled behind the writer. `period` is ten days, so that old ones are dropped as one range.
CREATE TABLE provider_ref (
    period INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (period, hash, key)
) WITHOUT ROWID;

-- What an operator decided of a delivery after its attempt of this number: `resend`, `sent`, `failed`.
CREATE TABLE decision (
    key INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (key, attempt, kind)
) WITHOUT ROWID;

-- A copy that was sent again as another delivery, and how often the mail was by then.
CREATE TABLE resent (
    key INTEGER PRIMARY KEY,
    again INTEGER NOT NULL,
    times INTEGER NOT NULL
);
CREATE INDEX resent_again ON resent (again);
