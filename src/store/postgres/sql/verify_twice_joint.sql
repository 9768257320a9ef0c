SELECT a.key, a.position FROM joint_attempt a JOIN joint_recipient j ON j.key = a.key AND j.position = a.position
WHERE a.outcome = 'sent' AND j.state = 3 AND NOT j.twice LIMIT 100;
