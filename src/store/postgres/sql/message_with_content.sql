SELECT no FROM message WHERE id = $1::bytea AND queue IS NOT NULL AND content_deleted_at IS NULL;
