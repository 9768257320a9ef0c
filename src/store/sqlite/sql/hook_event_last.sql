SELECT max(no) FROM hook_event WHERE no < ?1;
