-- Who refuses mail of a sender. `topic` is the family of topics refused (domain/src/family.rs), empty for all mail of the profile. What was
-- lifted stays, and keeps nobody from anything.
CREATE TABLE refusal_of_family (
    address TEXT NOT NULL,
    profile TEXT NOT NULL,
    topic TEXT NOT NULL,
    email TEXT NOT NULL,
    how TEXT NOT NULL,
    at INTEGER NOT NULL,
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    lifted_at INTEGER,
    lifted_why TEXT,
    UNIQUE (address, profile, topic)
);
INSERT INTO refusal_of_family (address, profile, topic, email, how, at)
SELECT address, profile, family, email, how, min(at)
FROM (SELECT *, CASE WHEN instr(topic, '/') > 1 THEN substr(topic, 1, instr(topic, '/') - 1) ELSE topic END AS family FROM refusal)
GROUP BY address, profile, family ORDER BY min(at), address;
DROP TABLE refusal;
ALTER TABLE refusal_of_family RENAME TO refusal;

-- How often somebody refused, by link or in the ledger of consents: bulk mail accepted before is looked up again when it is claimed.
INSERT INTO marker (name, value) SELECT 'refusal_grown', EXISTS (SELECT 1 FROM refusal) OR EXISTS (SELECT 1 FROM consent WHERE ended_at IS NOT NULL);
CREATE TRIGGER refusal_grown AFTER INSERT ON refusal BEGIN UPDATE marker SET value = value + 1 WHERE name = 'refusal_grown'; END;
CREATE TRIGGER refusal_again AFTER UPDATE ON refusal BEGIN UPDATE marker SET value = value + 1 WHERE name = 'refusal_grown'; END;
CREATE TRIGGER consent_ended AFTER INSERT ON consent_event WHEN NEW.kind IN (1, 2)
BEGIN UPDATE marker SET value = value + 1 WHERE name = 'refusal_grown'; END;

-- People whose data was erased, by a keyed hash of their address: no mail goes to those who were suppressed, no bulk mail to the others.
CREATE TABLE erased (
    hash BLOB PRIMARY KEY,
    bulk_only INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO marker (name, value) VALUES ('erased', 0);

-- When what a message said was deleted. Its record stays.
ALTER TABLE message ADD COLUMN content_deleted_at INTEGER;
-- Whose stored content it is, so that what nobody refers to any more can be removed.
CREATE INDEX message_content ON message (content_no) WHERE content_no IS NOT NULL;
