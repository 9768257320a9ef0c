UPDATE sender_profile SET body = $2::text, changed_at = $3::bigint WHERE name = $1::text;
