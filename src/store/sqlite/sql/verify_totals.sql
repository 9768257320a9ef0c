SELECT coalesce(sum(pending), 0), coalesce(sum(unsettled), 0) FROM topic;
