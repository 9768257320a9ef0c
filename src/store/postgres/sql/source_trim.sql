DELETE FROM event_source WHERE name IN (SELECT name FROM event_source
    WHERE verdict = 0 AND confirmed_at IS NULL AND last_event_at IS NULL AND next_try_at IS NULL ORDER BY first_seen_at DESC, name OFFSET $1::bigint);
