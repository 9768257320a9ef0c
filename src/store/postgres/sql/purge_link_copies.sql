DELETE FROM link_copy WHERE link IN (SELECT no FROM topic_link WHERE topic = $1::bigint) AND key BETWEEN $2::bigint AND $3::bigint;
