SELECT count(*) FROM (SELECT 1 FROM topic_link WHERE topic = $1::bigint LIMIT $2::bigint) AS known;
