SELECT d.key FROM provider_ref_due t CROSS JOIN delivery d WHERE d.key BETWEEN t.first AND t.last AND d.provider_id = ?1
UNION SELECT a.key FROM provider_ref_due t CROSS JOIN attempt a WHERE a.key BETWEEN t.first AND t.last AND a.provider_id = ?1
UNION SELECT j.key FROM provider_ref_due t CROSS JOIN joint_recipient j WHERE j.key BETWEEN t.first AND t.last AND j.provider_id = ?1
UNION SELECT a.key FROM provider_ref_due t CROSS JOIN joint_attempt a WHERE a.key BETWEEN t.first AND t.last AND a.provider_id = ?1;
