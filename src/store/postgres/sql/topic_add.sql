UPDATE topic SET total = total + $2::bigint, pending = pending + $3::bigint, unsettled = unsettled + $4::bigint, sent = sent + $5::bigint, failed = failed + $6::bigint,
    suppressed = suppressed + $7::bigint, cancelled = cancelled + $8::bigint, expired = expired + $9::bigint, unknown = unknown + $10::bigint
WHERE no = $1::bigint;
