DELETE FROM link_copy WHERE link IN (SELECT no FROM topic_link WHERE topic = ?1) AND key BETWEEN ?2 AND ?3;
