UPDATE endpoint SET dropped = dropped + $2::bigint WHERE no = $1::bigint;
