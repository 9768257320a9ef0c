-- Nothing is added to what is being removed, nor twice at one place.
UPDATE upload SET size = size + ?3, touched_at = ?4 WHERE no = ?1 AND size = ?2 AND touched_at > 0;
