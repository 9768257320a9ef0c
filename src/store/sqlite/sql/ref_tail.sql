SELECT d.key FROM provider_ref_due w JOIN delivery d
    ON d.key BETWEEN (w.message << 24) + w.first AND (w.message << 24) + w.first + w.count - 1 WHERE d.provider_id = ?1
UNION SELECT a.key FROM provider_ref_due w JOIN attempt a
    ON a.key BETWEEN (w.message << 24) + w.first AND (w.message << 24) + w.first + w.count - 1 WHERE a.provider_id = ?1
UNION SELECT d.key FROM lease l JOIN delivery d
    ON d.key BETWEEN (l.message << 24) + l.first AND (l.message << 24) + l.first + l.count - 1 WHERE d.provider_id = ?1
UNION SELECT a.key FROM lease l JOIN attempt a
    ON a.key BETWEEN (l.message << 24) + l.first AND (l.message << 24) + l.first + l.count - 1 WHERE a.provider_id = ?1;
