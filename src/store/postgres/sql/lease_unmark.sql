DELETE FROM lease_returned WHERE lease = ANY ($1::bigint[]);
