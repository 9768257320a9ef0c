SELECT coalesce(sum(pending), 0)::bigint, coalesce(sum(unsettled), 0)::bigint FROM topic;
