INSERT INTO resent (key, again, times) VALUES ($1::bigint, $2::bigint, $3::bigint);
