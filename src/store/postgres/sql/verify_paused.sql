-- Topics whose pause claims do not see, or see without there being one.
SELECT coalesce(t.name, 'of the number ' || p.topic), t.paused_at, p.at FROM topic_paused p FULL JOIN topic t ON t.no = p.topic
WHERE p.at IS DISTINCT FROM t.paused_at ORDER BY 1;
