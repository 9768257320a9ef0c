-- It is not removed before this transaction ends.
SELECT c.no FROM message m JOIN content c ON c.no = m.content_no WHERE m.no = $1::bigint FOR KEY SHARE OF c;
