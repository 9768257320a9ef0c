UPDATE delivery SET personal = NULL WHERE key BETWEEN ?1 AND ?2 AND personal IS NOT NULL;
