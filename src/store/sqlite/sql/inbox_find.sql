SELECT no FROM inbox WHERE message_id = ?1 AND ordinal = ?2 ORDER BY no DESC LIMIT 1;
