SELECT EXISTS (SELECT 1 FROM entry WHERE queue = $1::bigint) OR EXISTS (SELECT 1 FROM lease WHERE queue = $1::bigint);
