UPDATE api_key SET name = ?2, scopes = ?3, expires_at = ?4, senders = ?5, networks = ?6, daily_limit = ?7, profile = ?8 WHERE no = ?1;
