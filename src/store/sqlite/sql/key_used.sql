UPDATE api_key SET requests = requests + ?2, last_used_at = max(coalesce(last_used_at, ?3), ?3) WHERE no = ?1;
