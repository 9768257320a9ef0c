-- Those that ended without saying so: a living one beats every 2 s.
SELECT count(*) FROM incarnation WHERE ended_at IS NULL AND beat_at < jebi_now() - 15000;
