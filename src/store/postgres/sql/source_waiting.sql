-- Topics nobody decided on, that were never confirmed and have told nothing.
SELECT name FROM event_source
WHERE verdict = 0 AND confirmed_at IS NULL AND last_event_at IS NULL AND next_try_at IS NULL ORDER BY first_seen_at, name;
