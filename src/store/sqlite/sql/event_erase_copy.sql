UPDATE event SET recipient = ?2, detail = '' WHERE key = ?1;
