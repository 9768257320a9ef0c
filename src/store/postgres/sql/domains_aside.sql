-- One look for each domain, however many entries it has.
WITH RECURSIVE aside (domain) AS (
    SELECT (SELECT aside_for FROM entry WHERE aside_for > '' ORDER BY aside_for LIMIT 1)
    UNION ALL
    SELECT (SELECT aside_for FROM entry WHERE aside_for > aside.domain ORDER BY aside_for LIMIT 1) FROM aside WHERE aside.domain IS NOT NULL
)
SELECT domain FROM aside WHERE domain IS NOT NULL;
