UPDATE event_unmatched SET due = $2::bigint, tries = tries + 1 WHERE no = $1::bigint;
