-- By place: rows are never updated, and a join would read the whole table.
DELETE FROM provider_ref WHERE ctid = ANY (ARRAY (SELECT ctid FROM provider_ref WHERE period < $1::bigint LIMIT $2::bigint));
