-- Each recipient of a joint copy has attempts and words of its own.

-- The last attempt counted for this recipient.
ALTER TABLE joint_recipient ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
-- An attempt of unknown outcome came before an accepted one.
ALTER TABLE joint_recipient ADD COLUMN twice INTEGER NOT NULL DEFAULT 0;
-- The attempt that was out when evidence settled it.
ALTER TABLE joint_recipient ADD COLUMN out INTEGER;
ALTER TABLE joint_recipient ADD COLUMN changed_at INTEGER;
ALTER TABLE joint_recipient ADD COLUMN provider_id TEXT;
ALTER TABLE joint_recipient ADD COLUMN reason TEXT;

-- Until now all recipients but the suppressed ones (5) shared what their copy's row says.
UPDATE joint_recipient
SET (attempt, twice, changed_at, provider_id, reason) = (SELECT attempt, twice, changed_at, provider_id, reason FROM delivery d WHERE d.key = joint_recipient.key)
WHERE state <> 5;

-- Attempts before the one in the recipient's own row.
CREATE TABLE joint_attempt (
    key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER,
    outcome TEXT NOT NULL,
    provider_id TEXT,
    reason TEXT,
    PRIMARY KEY (key, position, attempt, outcome)
) WITHOUT ROWID;

INSERT INTO joint_attempt (key, position, attempt, at, outcome, provider_id, reason)
SELECT a.key, j.position, a.attempt, a.at, a.outcome, a.provider_id, a.reason
FROM attempt a JOIN joint_recipient j ON j.key = a.key WHERE j.state <> 5;

-- Recipients of a joint copy that are unsettled, where others of it wait: `weight` counts those.
ALTER TABLE lease ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
