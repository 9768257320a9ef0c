-- Several nodes on one store.

-- What operators know a node by, and when it began to stop: it takes no mail any more, and ends what is out.
ALTER TABLE incarnation ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN version text NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN draining_at bigint;
-- Those that live: few, however many starts there were.
CREATE INDEX incarnation_live ON incarnation (no) WHERE ended_at IS NULL;

-- The incarnation that stages it; what an ended one has left is removed. NULL where it was written in one commit.
ALTER TABLE message ADD COLUMN staged_by bigint;

-- The node that does the housekeeping, and until when (jebi_now).
CREATE TABLE upkeep (
    one integer PRIMARY KEY CHECK (one = 1),
    incarnation bigint NOT NULL,
    until bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
INSERT INTO upkeep (one, incarnation, until) VALUES (1, 0, 0);

-- Which cluster and database this is: another means a copy. `timeline` changes where a standby was made the primary.
ALTER TABLE installation ADD COLUMN system_id bigint;
ALTER TABLE installation ADD COLUMN database_oid bigint;
ALTER TABLE installation ADD COLUMN timeline bigint;
-- Where the store was transferred to: it must not send any more.
ALTER TABLE installation ADD COLUMN moved_to text;
-- Bulk alone is held: the last commits may be lacking.
ALTER TABLE installation ADD COLUMN bulk_held_since bigint;
ALTER TABLE installation ADD COLUMN bulk_held_why text;

-- The rate all nodes share, one row a provider (sql/own/slot_reserve.sql); times are µs of database time (jebi_now_us). Unlogged: it must
-- not survive a crash, a failover or a restore in an older state, for what was given out since would be given out again. A row that is
-- missing begins with a pause of a second.
CREATE UNLOGGED TABLE pace (
    provider text PRIMARY KEY,
    -- Where the next slot begins, and when this row was changed last.
    next_slot bigint NOT NULL,
    set_at bigint NOT NULL,
    -- Recipients of the largest mail lately given a slot, and until when that makes slots wider.
    wide bigint NOT NULL DEFAULT 1,
    wide_until bigint NOT NULL DEFAULT 0,
    -- The lowest rate told lately, in thousandths; NULL for no limit.
    rate bigint,
    rate_until bigint NOT NULL DEFAULT 0,
    slow_until bigint NOT NULL DEFAULT 0,
    -- Recipients given in these ten minutes, and in those before that still count for 24 hours.
    day bigint NOT NULL,
    day_taken bigint NOT NULL DEFAULT 0,
    day_before bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE UNLOGGED TABLE pace_day (
    provider text NOT NULL,
    slot bigint NOT NULL,
    taken bigint NOT NULL,
    PRIMARY KEY (provider, slot)
);
