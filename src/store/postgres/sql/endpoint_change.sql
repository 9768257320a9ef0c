UPDATE endpoint SET body = $2::text, sealed = $3::bytea, changed_at = greatest($5::bigint, changed_at + 1) WHERE no = $1::bigint AND changed_at = $4::bigint AND removed_at IS NULL;
