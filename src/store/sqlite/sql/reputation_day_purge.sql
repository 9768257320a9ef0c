DELETE FROM reputation_day WHERE day < ?1;
