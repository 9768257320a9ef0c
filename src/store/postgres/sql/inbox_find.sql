SELECT no FROM inbox WHERE message_id = $1::bytea AND ordinal = $2::bigint ORDER BY no DESC LIMIT 1;
