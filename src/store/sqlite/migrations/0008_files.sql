-- Files that go with mail, each once by the SHA-256 of its bytes. They come in pieces, so that nobody ever holds one whole.

-- Pieces that came in one after the other.
CREATE TABLE upload (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Bytes so far.
    size INTEGER NOT NULL,
    -- When its last piece came; 0 when nobody needs it any more, NULL when it is a file's.
    touched_at INTEGER
);
CREATE INDEX upload_left ON upload (touched_at) WHERE touched_at IS NOT NULL;

CREATE TABLE file_piece (
    upload INTEGER NOT NULL,
    -- Bytes of the upload before it.
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (upload, start)
);

CREATE TABLE file (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    upload INTEGER NOT NULL,
    size INTEGER NOT NULL,
    -- The type recognised in its bytes.
    kind TEXT,
    created_at INTEGER NOT NULL,
    -- When it was last uploaded, or last found in use.
    used_at INTEGER NOT NULL
);
CREATE INDEX file_used ON file (used_at);

-- Which files a message carries. A row keeps its file.
CREATE TABLE message_file (
    message INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (message, file)
) WITHOUT ROWID;
CREATE INDEX message_file_file ON message_file (file);
