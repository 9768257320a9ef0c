-- What others may have changed since the last turn, and the transaction's id (each turn writes or locks, and has one). Where `grown` differs from the turn before, the suppression list has: addresses are
-- looked up again for messages up to `drawn`. (Who drew a later number looks for himself after that change was committed: the sequence is
-- read as it is now, after the snapshot in which `grown` was seen.)
SELECT i.held_since, i.held_why, i.bulk_held_since, i.bulk_held_why, i.moved_to, EXISTS (SELECT 1 FROM suppression) AS suppressed,
    (SELECT value FROM marker WHERE name = 'suppression_grown') AS grown,
    (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM message_no) AS drawn,
    pg_current_xact_id()::text::bigint AS xid,
    (SELECT value FROM marker WHERE name = 'endpoints_changed') AS endpoints
FROM installation i WHERE i.one = 1;
