SELECT read_to FROM suppression_account WHERE provider = ?1;
