UPDATE lease SET open = open - $2::bigint WHERE no = $1::bigint;
