SELECT no, first, last FROM provider_ref_due ORDER BY no LIMIT 1;
