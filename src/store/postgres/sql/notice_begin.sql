UPDATE consent_event SET notice_at = coalesce(notice_at, $3::bigint), notice_touched = $3::bigint
WHERE no = $1::bigint AND notice = 2 AND notice_touched = $2::bigint;
