UPDATE topic SET bulk_paused_at = $2::bigint WHERE no = $1::bigint;
