SELECT coalesce(sum(sent), 0)::bigint, coalesce(sum(delivered), 0)::bigint, coalesce(sum(bounced), 0)::bigint, coalesce(sum(complained), 0)::bigint, coalesce(sum(opened), 0)::bigint, coalesce(sum(clicked), 0)::bigint, coalesce(sum(opened_by_person), 0)::bigint, coalesce(sum(clicked_by_person), 0)::bigint, coalesce(sum(unsubscribed), 0)::bigint
FROM topic_hour WHERE topic = $1::bigint;
