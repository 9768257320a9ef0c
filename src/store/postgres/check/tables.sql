SELECT t.name
  FROM unnest($1::text[]) AS t (name)
  JOIN pg_class c ON c.oid = to_regclass(quote_ident(t.name))
 WHERE NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
            AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
 ORDER BY t.name
 LIMIT 1
