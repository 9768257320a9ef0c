UPDATE reputation_mark SET mark = $4::text WHERE kind = $1::bigint AND name = $2::text AND mark = $3::text;
