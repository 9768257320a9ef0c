UPDATE erased SET bulk_only = 0 WHERE hash = ?1;
