SELECT personal FROM delivery WHERE key = ?1;
