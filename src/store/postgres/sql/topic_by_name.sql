SELECT no, paused_at FROM topic WHERE name = $1::text;
