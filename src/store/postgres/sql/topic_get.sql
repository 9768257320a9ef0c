SELECT no, name, created_at, paused_at, total, pending, unsettled, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced, complained, opened FROM topic WHERE name = $1::text;
