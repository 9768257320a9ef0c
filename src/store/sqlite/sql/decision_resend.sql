SELECT 1 FROM decision WHERE key = ?1 AND attempt = ?2 AND kind = 'resend';
