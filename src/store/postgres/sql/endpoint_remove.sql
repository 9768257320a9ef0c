UPDATE endpoint SET removed_at = $2::bigint, sealed = NULL WHERE no = $1::bigint AND removed_at IS NULL;
