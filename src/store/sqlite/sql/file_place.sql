SELECT upload, size FROM file WHERE hash = ?1;
