DELETE FROM lease_returned WHERE lease = $1::bigint;
