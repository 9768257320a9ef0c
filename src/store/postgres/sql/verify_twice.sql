SELECT a.key FROM attempt a JOIN delivery d ON d.key = a.key WHERE a.outcome = 'sent' AND d.state = 3 AND NOT d.twice LIMIT 100;
