SELECT no, provider_id, reports, until, tries FROM event_unmatched WHERE hash = ?1 ORDER BY no;
