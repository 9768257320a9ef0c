UPDATE delivery SET personal = NULL WHERE key BETWEEN $1::bigint AND $2::bigint AND personal IS NOT NULL;
