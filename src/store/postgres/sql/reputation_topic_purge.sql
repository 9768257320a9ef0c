DELETE FROM reputation_topic WHERE judged_at IS NULL AND bounced_at < $1::bigint;
