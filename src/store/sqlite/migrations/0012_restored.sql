-- PostgreSQL alone needs it: here the file beside the database shows that it was restored.
SELECT 1;
