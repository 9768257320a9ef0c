SELECT count(*), max(created_at) FROM suppression;
