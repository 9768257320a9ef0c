-- A table may take longer than any single statement of a server; what is not on disk at the commit was not copied.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '10s';
SET LOCAL synchronous_commit = on;
