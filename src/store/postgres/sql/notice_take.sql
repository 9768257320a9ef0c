UPDATE consent_event SET notice = 2, notice_at = coalesce(notice_at, $2::bigint), notice_touched = $2::bigint WHERE no = $1::bigint AND notice IN (1, 2);
