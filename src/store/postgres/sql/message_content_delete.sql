UPDATE message SET content = $2::bytea, content_no = NULL, variables = NULL, content_deleted_at = $3::bigint WHERE no = $1::bigint;
