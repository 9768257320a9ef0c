DELETE FROM suppression_removed WHERE no <= $1::bigint AND removed_at <= $2::bigint;
