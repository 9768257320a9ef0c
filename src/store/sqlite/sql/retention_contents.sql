SELECT DISTINCT content_no FROM message WHERE no BETWEEN ?1 AND ?2 AND content_no IS NOT NULL ORDER BY content_no;
