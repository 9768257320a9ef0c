UPDATE endpoint SET disabled_at = $3::bigint, disabled_why = $2::text, held_until = NULL WHERE no = $1::bigint AND disabled_at IS NULL AND removed_at IS NULL;
