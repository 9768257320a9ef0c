SELECT coalesce(sum(l.open * l.weight), 0) FROM lease l JOIN topic_queue q ON q.no = l.queue WHERE q.topic = ?1;
