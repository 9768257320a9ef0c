-- Which of these transactions have ended: those whose commits were lost on their way. Until then it may yet be carried out; after that,
-- whether it was shows by what it wrote.
SELECT x FROM unnest($1::bigint[]) AS x WHERE pg_visible_in_snapshot(x::text::xid8, pg_current_snapshot());
