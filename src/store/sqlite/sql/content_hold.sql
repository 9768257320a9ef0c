SELECT c.no FROM message m JOIN content c ON c.no = m.content_no WHERE m.no = ?1;
