UPDATE topic SET total = total + ?2, pending = pending + ?3, unsettled = unsettled + ?4, sent = sent + ?5, failed = failed + ?6,
    suppressed = suppressed + ?7, cancelled = cancelled + ?8, expired = expired + ?9, unknown = unknown + ?10
WHERE no = ?1;
