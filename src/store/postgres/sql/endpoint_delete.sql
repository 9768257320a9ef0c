DELETE FROM endpoint WHERE no = $1::bigint AND removed_at IS NOT NULL;
