-- Whether the incarnation may still claim: a row, or none. Whoever ends it (incarnation_end_dead) locks its row FOR UPDATE and so waits
-- for this transaction. A key share lock is enough for that, and its beats do not wait.
SELECT no FROM incarnation WHERE no = $1::bigint AND ended_at IS NULL FOR KEY SHARE;
