SELECT count(*) FROM incarnation WHERE ended_at IS NULL;
