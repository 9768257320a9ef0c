SELECT no, message_id, ordinal, at, sender, recipients, subject, size FROM inbox WHERE no < $1::bigint ORDER BY no DESC LIMIT $2::bigint;
