DELETE FROM upload WHERE no = $1::bigint AND touched_at = 0;
