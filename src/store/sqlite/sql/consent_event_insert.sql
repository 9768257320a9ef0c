INSERT INTO consent_event (consent, kind, at, how, wording, source, actor, recorded_at, notice) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING no;
