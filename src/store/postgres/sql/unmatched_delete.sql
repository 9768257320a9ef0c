DELETE FROM event_unmatched WHERE no = $1::bigint;
