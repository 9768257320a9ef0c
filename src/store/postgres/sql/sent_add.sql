INSERT INTO sent_minute (minute, sent) VALUES ($1::bigint, $2::bigint)
ON CONFLICT (minute) DO UPDATE SET sent = sent_minute.sent + excluded.sent;
