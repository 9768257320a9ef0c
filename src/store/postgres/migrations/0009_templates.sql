-- Stored templates. `revision` is the value of the marker 'templates' at the last change; a deleted one keeps its row, without a
-- draft, so that its numbers are not given out again.
CREATE TABLE template (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    active boolean NOT NULL,
    -- JSON; NULL where it was deleted.
    draft text,
    -- The version mail is made of, and the last one there was.
    published bigint,
    latest bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    updated_by bigint NOT NULL
);

-- Versions that were published: what the author wrote, and what mail is made of (JSON).
CREATE TABLE template_version (
    template text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    source text NOT NULL,
    compiled text NOT NULL,
    note text NOT NULL,
    created_at bigint NOT NULL,
    created_by bigint NOT NULL,
    PRIMARY KEY (template, version)
);

-- Which published templates extend or include which others.
CREATE TABLE template_part (
    part text COLLATE "C" NOT NULL,
    template text COLLATE "C" NOT NULL,
    PRIMARY KEY (part, template)
);
CREATE INDEX template_part_template ON template_part (template);

INSERT INTO marker (name, value) VALUES ('templates', 0);
