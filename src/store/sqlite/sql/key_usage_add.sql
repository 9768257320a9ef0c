INSERT INTO key_usage (api_key, quarter, recipients) VALUES (?1, ?2, ?3)
ON CONFLICT (api_key, quarter) DO UPDATE SET recipients = recipients + excluded.recipients;
