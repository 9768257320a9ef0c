-- Topics whose pause claims do not see, or see without there being one: of all their mail, then of bulk mail alone.
SELECT coalesce(t.name, 'of the number ' || p.topic) AS name, t.paused_at, p.at FROM topic_paused p FULL JOIN topic t ON t.no = p.topic
WHERE p.at IS DISTINCT FROM t.paused_at
UNION ALL
SELECT coalesce(t.name, 'of the number ' || p.topic), t.bulk_paused_at, p.bulk_at FROM topic_paused p FULL JOIN topic t ON t.no = p.topic
WHERE p.bulk_at IS DISTINCT FROM t.bulk_paused_at ORDER BY 1;
