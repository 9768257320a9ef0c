SELECT DISTINCT content_no FROM message WHERE no BETWEEN $1::bigint AND $2::bigint AND content_no IS NOT NULL ORDER BY content_no;
