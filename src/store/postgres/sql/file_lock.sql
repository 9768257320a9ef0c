-- Waits for whoever is about to use it. What they wrote is seen by the next statement, not by this one.
SELECT no, upload FROM file WHERE hash = $1::bytea FOR UPDATE;
