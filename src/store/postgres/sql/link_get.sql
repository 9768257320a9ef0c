SELECT no FROM topic_link WHERE topic = $1::bigint AND hash = $2::bytea;
