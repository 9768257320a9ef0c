UPDATE delivery SET feedback = feedback | ?2 WHERE key = ?1 AND feedback & ?2 = 0;
