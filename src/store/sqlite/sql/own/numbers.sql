SELECT (SELECT coalesce(max(no), 0) FROM message), (SELECT coalesce(max(no), 0) FROM entry), (SELECT coalesce(max(no), 0) FROM lease);
