SELECT no FROM message WHERE topic = $1::bigint AND topic <> 0 AND no < $2::bigint AND queue IS NOT NULL ORDER BY no DESC LIMIT 1;
