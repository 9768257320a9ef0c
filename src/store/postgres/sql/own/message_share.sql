-- Before it is judged whether a message is cancelled, to put copies of it back: cancelling it (message_cancel) waits for this transaction,
-- or is seen.
SELECT queue, cancelled_at FROM message WHERE no = $1::bigint FOR SHARE;
