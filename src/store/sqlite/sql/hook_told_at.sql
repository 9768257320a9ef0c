SELECT told_at FROM hook_event WHERE no = ?1;
