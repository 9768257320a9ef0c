-- Nothing is added to what is being removed, nor twice at one place.
UPDATE upload SET size = size + $3::bigint, touched_at = $4::bigint WHERE no = $1::bigint AND size = $2::bigint AND touched_at > 0;
