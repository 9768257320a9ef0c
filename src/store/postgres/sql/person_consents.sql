UPDATE consent SET address = $2::text || ':' || no, email = '', language = NULL, confirm_at = NULL WHERE address = $1::text;
