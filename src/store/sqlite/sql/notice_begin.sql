UPDATE consent_event SET notice_at = coalesce(notice_at, ?3), notice_touched = ?3
WHERE no = ?1 AND notice = 2 AND notice_touched = ?2;
