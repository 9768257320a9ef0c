-- Nobody begins to use the target from here on: whoever starts on it writes the first of these before anything else.
LOCK TABLE installation, incarnation, message IN ACCESS EXCLUSIVE MODE;
