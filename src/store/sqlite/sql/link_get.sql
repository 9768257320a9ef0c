SELECT no FROM topic_link WHERE topic = ?1 AND hash = ?2;
