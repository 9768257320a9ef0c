DELETE FROM entry WHERE queue = $1::bigint AND due = $2::bigint AND no = $3::bigint;
