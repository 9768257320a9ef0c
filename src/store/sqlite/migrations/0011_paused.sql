-- PostgreSQL alone needs it: a topic's row lies here as it is, however many readers there are.
SELECT 1;
