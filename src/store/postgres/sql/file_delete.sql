DELETE FROM file WHERE no = $1::bigint AND NOT EXISTS (SELECT 1 FROM message_file m WHERE m.file = $1::bigint);
