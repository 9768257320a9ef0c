SELECT count(*) FROM decision WHERE key = $1::bigint AND kind = 'resend';
