UPDATE api_key SET forgiven_at = ?3,
    forgiven = (SELECT coalesce(sum(recipients), 0) FROM key_usage WHERE api_key = ?1 AND quarter >= ?2)
WHERE no = ?1;
