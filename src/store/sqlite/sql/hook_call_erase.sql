-- Whoever has taken one does not hold it any more, and so does not make it.
UPDATE hook_call SET state = 3, due = NULL, taken_by = NULL
WHERE endpoint IN (SELECT no FROM endpoint) AND event IN (SELECT value FROM json_each(?1)) AND due IS NOT NULL;
