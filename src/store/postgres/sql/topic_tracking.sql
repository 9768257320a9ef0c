SELECT name, opens, clicks FROM topic_tracking ORDER BY name COLLATE "C";
