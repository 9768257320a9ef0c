-- Locked, so that a place is not freed in a lease that another node is taking over.
SELECT incarnation, first, count, attempt, weight FROM lease WHERE no = $1::bigint FOR UPDATE;
