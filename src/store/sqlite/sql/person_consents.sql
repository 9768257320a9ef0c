UPDATE consent SET address = ?2 || ':' || no, email = '', language = NULL, confirm_at = NULL WHERE address = ?1;
