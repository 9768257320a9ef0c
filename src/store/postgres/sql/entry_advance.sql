UPDATE entry SET first = first + $4::bigint, count = count - $4::bigint WHERE queue = $1::bigint AND due = $2::bigint AND no = $3::bigint;
