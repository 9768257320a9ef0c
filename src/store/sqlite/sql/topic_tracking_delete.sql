DELETE FROM topic_tracking WHERE name = ?1;
