SELECT 1 FROM decision WHERE key = $1::bigint AND attempt = $2::bigint AND kind = 'resend';
