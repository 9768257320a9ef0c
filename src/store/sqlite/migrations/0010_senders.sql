-- Who sends: named sets of sender, company and defaults.
CREATE TABLE sender_profile (
    name TEXT PRIMARY KEY,
    -- JSON.
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The profile a key is tied to.
ALTER TABLE api_key ADD COLUMN profile TEXT;

-- What links in mail are signed with: the key is made of the salt and of a secret that is not kept here; the proof tells whether a
-- process has the same secret.
CREATE TABLE link_key (
    no INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    proof BLOB NOT NULL,
    since INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

-- Who refused mail of a profile and topic by the link in it.
CREATE TABLE refusal (
    address TEXT NOT NULL,
    profile TEXT NOT NULL,
    topic TEXT NOT NULL,
    email TEXT NOT NULL,
    how TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address, profile, topic)
) WITHOUT ROWID;

-- Consents to advertising as they stand, and all that happened to them.
CREATE TABLE consent (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    profile TEXT NOT NULL,
    scope TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT,
    given_at INTEGER,
    ended_at INTEGER,
    confirm_at INTEGER,
    UNIQUE (address, profile, scope)
);
CREATE INDEX consent_by_confirmation ON consent (confirm_at) WHERE confirm_at IS NOT NULL;
CREATE TABLE consent_event (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    consent INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    how TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL,
    actor TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    -- How it stands with telling the person: 1 to be told, 2 being handed over, and its ends.
    notice INTEGER NOT NULL,
    -- When it was first handed over, and when it was last touched.
    notice_at INTEGER,
    notice_touched INTEGER,
    notice_message BLOB
);
CREATE INDEX consent_event_by_consent ON consent_event (consent);
CREATE INDEX consent_event_open ON consent_event (no) WHERE notice IN (1, 2);
