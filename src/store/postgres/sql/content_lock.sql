-- Waits for whoever is about to refer to it. What they wrote is seen by the next statement, not by this one.
SELECT no FROM content WHERE no = $1::bigint FOR UPDATE;
