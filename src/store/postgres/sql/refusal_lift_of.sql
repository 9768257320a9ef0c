UPDATE refusal SET lifted_at = $4::bigint, lifted_why = $5::text WHERE address = $1::text AND profile = $2::text AND topic = $3::text AND lifted_at IS NULL;
