UPDATE consent SET email = $2::text, language = $3::text, given_at = $4::bigint, ended_at = $5::bigint, confirm_at = $6::bigint WHERE no = $1::bigint;
