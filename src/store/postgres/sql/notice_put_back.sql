UPDATE consent_event SET notice_at = NULL WHERE no = $1::bigint AND notice = 2 AND notice_at = $2::bigint AND notice_touched = $2::bigint;
