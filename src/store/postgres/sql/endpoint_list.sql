SELECT no, body, sealed, from_config, created_at, changed_at, disabled_at, disabled_why, held_until, failing_since, dropped FROM endpoint WHERE removed_at IS NULL ORDER BY no;
