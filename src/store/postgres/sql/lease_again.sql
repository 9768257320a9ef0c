UPDATE lease SET again = $2::bigint WHERE no = $1::bigint;
