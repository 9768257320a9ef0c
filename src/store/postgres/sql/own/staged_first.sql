-- The first message that is being staged: its copies come with later transactions.
SELECT min(no) FROM message WHERE queue IS NULL;
