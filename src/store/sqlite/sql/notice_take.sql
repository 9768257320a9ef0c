UPDATE consent_event SET notice = 2, notice_touched = ?2 WHERE no = ?1 AND notice IN (1, 2);
