INSERT INTO refusal (address, profile, topic, email, how, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (address, profile, topic) DO NOTHING;
