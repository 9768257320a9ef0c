SELECT no, name, total, pending, unsettled, sent, failed, suppressed, cancelled, expired, unknown, delivered, bounced, complained FROM topic WHERE no > $1::bigint ORDER BY no LIMIT 1;
