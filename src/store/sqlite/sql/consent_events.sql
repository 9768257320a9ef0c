SELECT no, kind, at, how, wording, source, actor, recorded_at, notice, notice_message
FROM consent_event WHERE consent = ?1 ORDER BY no;
