SELECT coalesce(sum(sent), 0), coalesce(sum(delivered), 0), coalesce(sum(bounced), 0), coalesce(sum(complained), 0), coalesce(sum(opened), 0), coalesce(sum(clicked), 0), coalesce(sum(opened_by_person), 0), coalesce(sum(clicked_by_person), 0), coalesce(sum(unsubscribed), 0)
FROM topic_hour WHERE topic = ?1;
