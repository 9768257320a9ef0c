DELETE FROM address_index WHERE hash = ?1 AND key = ?2;
