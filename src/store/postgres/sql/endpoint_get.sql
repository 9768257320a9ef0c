SELECT no, body, sealed, from_config, created_at, changed_at, disabled_at, disabled_why, held_until, failing_since, dropped FROM endpoint WHERE no = $1::bigint AND removed_at IS NULL;
