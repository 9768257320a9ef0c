-- With the column each one numbers; the sequence of the messages belongs to none.
SELECT quote_ident(s.relname), coalesce(quote_ident(t.relname), ''), coalesce(quote_ident(a.attname), '')
FROM pg_class s
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace
ORDER BY s.relname;
