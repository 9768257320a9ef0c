UPDATE event_unmatched SET due = ?2, tries = tries + 1 WHERE no = ?1;
