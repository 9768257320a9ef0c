SELECT no, paused_at, bulk_paused_at FROM topic WHERE name = $1::text;
