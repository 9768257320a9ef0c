DELETE FROM visit_batch WHERE at < $1::bigint;
