UPDATE message SET queue = $2::bigint, staged_by = NULL WHERE no = $1::bigint AND queue IS NULL;
