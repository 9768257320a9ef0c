UPDATE consent_event SET notice = 2, notice_touched = $2::bigint WHERE no = $1::bigint AND notice IN (1, 2);
