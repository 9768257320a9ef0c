-- Laterally and fenced: each range is read through the key, never the whole table for the id.
SELECT x.key FROM provider_ref_due t CROSS JOIN LATERAL (
    SELECT d.key FROM delivery d WHERE d.key BETWEEN t.first AND t.last AND d.provider_id = $1::text
    UNION ALL SELECT a.key FROM attempt a WHERE a.key BETWEEN t.first AND t.last AND a.provider_id = $1::text
    UNION ALL SELECT j.key FROM joint_recipient j WHERE j.key BETWEEN t.first AND t.last AND j.provider_id = $1::text
    UNION ALL SELECT a.key FROM joint_attempt a WHERE a.key BETWEEN t.first AND t.last AND a.provider_id = $1::text
    OFFSET 0) x
GROUP BY x.key;
