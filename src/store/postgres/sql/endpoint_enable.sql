UPDATE endpoint SET disabled_at = NULL, disabled_why = NULL, held_until = NULL, failing_since = NULL WHERE no = $1::bigint AND removed_at IS NULL;
