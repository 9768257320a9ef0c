SELECT sent, bounced, complained, failed FROM reputation_slot WHERE kind = $1::bigint AND name = $2::text AND slot = $3::bigint;
