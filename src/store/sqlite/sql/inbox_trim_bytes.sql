DELETE FROM inbox
WHERE no <= (SELECT max(no) FROM (SELECT no, sum(size) OVER (ORDER BY no DESC) AS bytes FROM inbox) AS newest WHERE bytes > ?1) AND no < (SELECT max(no) FROM inbox);
