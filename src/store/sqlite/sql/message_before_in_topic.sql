SELECT no FROM message WHERE topic = ?1 AND topic <> 0 AND no < ?2 AND queue IS NOT NULL ORDER BY no DESC LIMIT 1;
