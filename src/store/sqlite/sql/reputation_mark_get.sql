SELECT mark FROM reputation_mark WHERE kind = ?1 AND name = ?2;
