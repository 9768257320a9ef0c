UPDATE installation SET moved_to = $1;
