SELECT name, total, pending + unsettled, sent, failed, suppressed, cancelled, expired, unknown FROM topic WHERE no = ?1;
