UPDATE consent SET email = ?2, language = ?3, given_at = ?4, ended_at = ?5, confirm_at = ?6 WHERE no = ?1;
