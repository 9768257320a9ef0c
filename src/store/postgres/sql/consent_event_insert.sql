INSERT INTO consent_event (consent, kind, at, how, wording, source, actor, recorded_at, notice)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6::text, $7::text, $8::bigint, $9::bigint) RETURNING no;
