UPDATE topic SET paused_at = $2::bigint WHERE no = $1::bigint;
