UPDATE refusal SET lifted_at = $2::bigint, lifted_why = $3::text WHERE no = $1::bigint AND lifted_at IS NULL;
