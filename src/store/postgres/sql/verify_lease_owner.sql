SELECT l.no, l.first, l.count, m.id FROM lease l LEFT JOIN incarnation i ON i.no = l.incarnation LEFT JOIN message m ON m.no = l.message
WHERE i.no IS NULL OR i.ended_at IS NOT NULL;
