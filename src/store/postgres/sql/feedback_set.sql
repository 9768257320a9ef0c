UPDATE delivery SET feedback = feedback | $2::bigint WHERE key = $1::bigint AND feedback & $2::bigint = 0;
