SELECT no, message, first, count FROM provider_ref_due ORDER BY no LIMIT 1;
