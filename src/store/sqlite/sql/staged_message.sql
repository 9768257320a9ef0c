SELECT no, copies FROM message WHERE queue IS NULL AND no < ?1 LIMIT 1;
