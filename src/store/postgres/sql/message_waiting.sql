SELECT coalesce(sum(CASE WHEN d.joint IS NULL THEN 1 ELSE (SELECT count(*) FROM joint_recipient j WHERE j.key = d.key AND j.state = 0) END), 0)::bigint
FROM delivery d WHERE d.key BETWEEN $1::bigint AND $2::bigint AND d.state = 0;
