UPDATE message SET due = $2::bigint, scheduled = $3::boolean, lapsed_at = NULL WHERE no = $1::bigint;
