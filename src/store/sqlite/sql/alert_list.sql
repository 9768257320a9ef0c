SELECT state FROM alert WHERE raised_at IS NOT NULL ORDER BY raised_at DESC, code, subject;
