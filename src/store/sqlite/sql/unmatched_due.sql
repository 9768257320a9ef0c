SELECT no, provider_id, reports, until, tries FROM event_unmatched WHERE due <= ?1 ORDER BY due LIMIT ?2;
