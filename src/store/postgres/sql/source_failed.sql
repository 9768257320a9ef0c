UPDATE event_source SET tries = tries + 1, fault = $3::text, next_try_at = $4::bigint WHERE name = $1::text AND asked_url = $2::text;
