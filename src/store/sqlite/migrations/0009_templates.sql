-- Stored templates. `revision` is the value of the marker 'templates' at the last change; a deleted one keeps its row, without a
-- draft, so that its numbers are not given out again.
CREATE TABLE template (
    name TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    active INTEGER NOT NULL,
    -- JSON; NULL where it was deleted.
    draft TEXT,
    -- The version mail is made of, and the last one there was.
    published INTEGER,
    latest INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by INTEGER NOT NULL
);

-- Versions that were published: what the author wrote, and what mail is made of (JSON).
CREATE TABLE template_version (
    template TEXT NOT NULL,
    version INTEGER NOT NULL,
    source TEXT NOT NULL,
    compiled TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    PRIMARY KEY (template, version)
);

-- Which published templates extend or include which others.
CREATE TABLE template_part (
    part TEXT NOT NULL,
    template TEXT NOT NULL,
    PRIMARY KEY (part, template)
) WITHOUT ROWID;
CREATE INDEX template_part_template ON template_part (template);

INSERT INTO marker (name, value) VALUES ('templates', 0);
