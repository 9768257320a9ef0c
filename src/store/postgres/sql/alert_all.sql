SELECT state FROM alert ORDER BY code, subject;
