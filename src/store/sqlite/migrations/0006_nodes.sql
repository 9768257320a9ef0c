-- What a store of several nodes needs, as far as it means something for one process. The housekeeping lease, the shared rate and the
-- identity of a cluster are PostgreSQL's alone.

-- What operators know a node by, and when it began to stop: it takes no mail any more, and ends what is out.
ALTER TABLE incarnation ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN draining_at INTEGER;

-- The incarnation that stages it; what an ended one has left is removed. NULL where it was written in one commit.
ALTER TABLE message ADD COLUMN staged_by INTEGER;

-- Where the store was transferred to: it must not send any more.
ALTER TABLE installation ADD COLUMN moved_to TEXT;
