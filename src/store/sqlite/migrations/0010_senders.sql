-- senders
SELECT 1;
