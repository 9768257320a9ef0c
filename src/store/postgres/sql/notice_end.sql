UPDATE consent_event SET notice = $2::bigint, notice_message = $3::bytea, notice_touched = $4::bigint WHERE no = $1::bigint AND notice = 2;
