INSERT INTO lease (no, incarnation, queue, message, first, count, attempt, open, weight, resend, claimed_at)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
    $10::boolean[], $11::bigint[]);
