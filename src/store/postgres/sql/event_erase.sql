UPDATE event SET recipient = $3::text, detail = '' WHERE key = $1::bigint AND lower(recipient COLLATE "C") = $2::text;
