INSERT INTO sent_minute (minute, sent) VALUES (?1, ?2) ON CONFLICT (minute) DO UPDATE SET sent = sent + excluded.sent;
