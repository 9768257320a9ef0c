SELECT min(period), max(period) FROM provider_ref;
