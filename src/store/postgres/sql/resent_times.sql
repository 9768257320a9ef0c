SELECT key, times FROM resent WHERE again = $1::bigint;
