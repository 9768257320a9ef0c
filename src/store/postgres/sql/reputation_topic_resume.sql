UPDATE reputation_topic SET why = NULL WHERE topic = $1::bigint AND why IS NOT NULL;
