UPDATE event SET recipient = $2::text, detail = '' WHERE key = $1::bigint;
