DELETE FROM event_source
WHERE name = ?1 AND verdict = 0 AND confirmed_at IS NULL AND last_event_at IS NULL AND next_try_at IS NULL;
