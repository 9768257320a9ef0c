DELETE FROM message_file WHERE message BETWEEN ?1 AND ?2;
