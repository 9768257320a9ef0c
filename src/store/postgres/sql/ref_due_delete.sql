DELETE FROM provider_ref_due WHERE no = $1::bigint;
