-- After a lost commit: which of these leases of the incarnation there are.
SELECT no, queue, message, first, count, attempt FROM lease WHERE no = ANY ($2::bigint[]) AND incarnation = $1::bigint ORDER BY no;
