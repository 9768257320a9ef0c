SELECT coalesce(sum(open), 0)::bigint FROM lease;
