SELECT no, message_id, ordinal, at, sender, recipients, subject, size, source FROM inbox WHERE no = $1::bigint;
