SELECT DISTINCT key FROM joint_recipient WHERE key > $1::bigint AND key < $2::bigint AND lower(email COLLATE "C") = $3::text ORDER BY key DESC LIMIT $4::bigint;
