DELETE FROM content WHERE no = $1::bigint AND NOT EXISTS (SELECT 1 FROM message WHERE content_no = $1::bigint);
