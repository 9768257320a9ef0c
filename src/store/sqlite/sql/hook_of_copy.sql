SELECT no, position, recipient FROM hook_event WHERE key = ?1;
