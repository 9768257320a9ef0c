INSERT INTO lease (no, incarnation, queue, message, first, count, attempt, open, weight, resend, claimed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
