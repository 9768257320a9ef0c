SELECT no, email, profile, topic, how, at, lifted_at, lifted_why FROM refusal WHERE no = $1::bigint;
