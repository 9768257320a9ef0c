-- Each recipient of a joint copy has attempts and words of its own. A PostgreSQL store begins with this step, so there are no rows to
-- carry over as on SQLite.

-- The last attempt counted for this recipient.
ALTER TABLE joint_recipient ADD COLUMN attempt smallint NOT NULL DEFAULT 0;
-- An attempt of unknown outcome came before an accepted one.
ALTER TABLE joint_recipient ADD COLUMN twice boolean NOT NULL DEFAULT false;
-- The attempt that was out when evidence settled it.
ALTER TABLE joint_recipient ADD COLUMN out smallint;
ALTER TABLE joint_recipient ADD COLUMN changed_at bigint;
ALTER TABLE joint_recipient ADD COLUMN provider_id text COLLATE "C";
ALTER TABLE joint_recipient ADD COLUMN reason text;

-- Attempts before the one in the recipient's own row.
CREATE TABLE joint_attempt (
    key bigint NOT NULL,
    at bigint,
    position integer NOT NULL,
    attempt smallint NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    provider_id text COLLATE "C",
    reason text,
    PRIMARY KEY (key, position, attempt, outcome)
) WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000);

-- Recipients of a joint copy that are unsettled, where others of it wait: `weight` counts those.
ALTER TABLE lease ADD COLUMN again integer NOT NULL DEFAULT 0;
