SELECT no FROM message WHERE no < $1::bigint AND queue IS NOT NULL ORDER BY no DESC LIMIT 1;
