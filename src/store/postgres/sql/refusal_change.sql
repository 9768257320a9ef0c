UPDATE refusal SET email = $4::text, how = $5::text, at = $6::bigint WHERE address = $1::text AND profile = $2::text AND topic = $3::text;
