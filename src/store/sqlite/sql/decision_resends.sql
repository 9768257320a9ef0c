SELECT count(*) FROM decision WHERE key = ?1 AND kind = 'resend';
