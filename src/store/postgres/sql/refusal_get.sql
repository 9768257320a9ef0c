SELECT at FROM refusal WHERE address = $1::text AND profile = $2::text AND topic = $3::text;
