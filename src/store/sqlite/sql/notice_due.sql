SELECT no, kind, at, how, wording, source, actor, recorded_at, notice, notice_message, consent, notice_at
FROM consent_event WHERE notice = 1 OR (notice = 2 AND notice_touched < ?1) ORDER BY no LIMIT ?2;
