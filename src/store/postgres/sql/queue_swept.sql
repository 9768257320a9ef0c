UPDATE topic_queue SET swept_at = $2::bigint WHERE no = $1::bigint;
