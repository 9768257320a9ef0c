-- In the order given, which is the same for all writers.
WITH asked AS (
    SELECT l.no, u.n, u.closed FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS u (no, closed, n)
    JOIN lease l ON l.no = u.no ORDER BY l.no FOR UPDATE OF l
)
DELETE FROM lease USING asked WHERE lease.no = asked.no AND lease.open <= asked.closed RETURNING asked.n;
