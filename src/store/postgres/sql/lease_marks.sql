SELECT ordinal FROM lease_returned WHERE lease = $1::bigint ORDER BY ordinal;
