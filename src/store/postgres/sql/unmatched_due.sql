SELECT no, provider_id, reports, until, tries FROM event_unmatched WHERE due <= $1::bigint ORDER BY due LIMIT $2::bigint;
