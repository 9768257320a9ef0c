-- After rows were copied in with numbers of their own: each sequence goes on behind the greatest one.
SELECT setval(pg_get_serial_sequence(t.name, 'no'), t.next, false) FROM (VALUES
    ('incarnation', (SELECT coalesce(max(no), 0) + 1 FROM incarnation)), ('api_key', (SELECT coalesce(max(no), 0) + 1 FROM api_key)),
    ('topic', (SELECT coalesce(max(no), 0) + 1 FROM topic)), ('topic_queue', (SELECT coalesce(max(no), 0) + 1 FROM topic_queue)),
    ('content', (SELECT coalesce(max(no), 0) + 1 FROM content)), ('event', (SELECT coalesce(max(no), 0) + 1 FROM event)),
    ('idempotency', (SELECT coalesce(max(no), 0) + 1 FROM idempotency)), ('inbox', (SELECT coalesce(max(no), 0) + 1 FROM inbox)),
    ('provider_ref_due', (SELECT coalesce(max(no), 0) + 1 FROM provider_ref_due)), ('audit', (SELECT coalesce(max(no), 0) + 1 FROM audit))
) AS t (name, next)
UNION ALL SELECT setval('message_no', (SELECT coalesce(max(no), 0) + 1 FROM message), false);
