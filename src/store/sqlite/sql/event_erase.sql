UPDATE event SET recipient = ?3, detail = '' WHERE key = ?1 AND lower(recipient) = ?2;
