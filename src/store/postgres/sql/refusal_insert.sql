INSERT INTO refusal (address, profile, topic, email, how, at) VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::bigint) ON CONFLICT (address, profile, topic) DO NOTHING;
