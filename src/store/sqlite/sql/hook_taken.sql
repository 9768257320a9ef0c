SELECT endpoint, event FROM hook_call WHERE taken_by = ?1;
