UPDATE consent_event SET notice = ?2, notice_message = ?3, notice_touched = ?4 WHERE no = ?1 AND notice = 2;
