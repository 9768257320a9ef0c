-- Where it came from may name the person; when, how and in which wording are the proof. Nobody is told any more.
UPDATE consent_event SET source = '', notice = CASE WHEN notice = 1 THEN 0 ELSE notice END
WHERE consent IN (SELECT no FROM consent WHERE address = $1::text);
