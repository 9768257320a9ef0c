-- After a lost commit: which of these leases there are. Also those of an incarnation of this node that was ended since: as long as nobody
-- has taken them over, what they hold is known not to be sent.
SELECT no, queue, message, first, count, attempt FROM lease WHERE no = ANY ($1::bigint[]) ORDER BY no;
