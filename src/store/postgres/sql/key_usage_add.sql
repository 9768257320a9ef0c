INSERT INTO key_usage (api_key, quarter, recipients) VALUES ($1::bigint, $2::bigint, $3::bigint)
ON CONFLICT (api_key, quarter) DO UPDATE SET recipients = key_usage.recipients + excluded.recipients;
