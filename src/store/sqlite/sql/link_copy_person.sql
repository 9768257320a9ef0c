UPDATE link_copy SET person = 1 WHERE link = ?1 AND key = ?2 AND person = 0;
