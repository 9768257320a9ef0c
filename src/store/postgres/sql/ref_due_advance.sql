UPDATE provider_ref_due SET first = $2::bigint WHERE no = $1::bigint;
