INSERT INTO audit (at, actor, api_key, address, act, target, detail, result) VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::text, $8::text) RETURNING no;
