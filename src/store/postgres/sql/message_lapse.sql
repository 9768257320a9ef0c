UPDATE message SET lapsed_at = $2::bigint WHERE no = $1::bigint;
