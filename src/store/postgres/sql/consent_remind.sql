UPDATE consent SET confirm_at = $3::bigint WHERE no = $1::bigint AND confirm_at = $2::bigint AND ended_at IS NULL;
