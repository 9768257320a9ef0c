UPDATE installation SET moved_to = NULL WHERE moved_to = $1;
