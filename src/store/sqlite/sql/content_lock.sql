SELECT no FROM content WHERE no = ?1;
