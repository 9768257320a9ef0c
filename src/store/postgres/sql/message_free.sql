-- Waiting recipients of a message's copies $1 to $2 that no lease holds, in one snapshot: counted in two steps, a copy settled between
-- them would be counted as waiting and not as leased.
SELECT coalesce(sum(CASE WHEN d.joint IS NULL THEN 1 ELSE (SELECT count(*) FROM joint_recipient j WHERE j.key = d.key AND j.state = 0) END), 0)::bigint
FROM delivery d
WHERE d.key BETWEEN $1::bigint AND $2::bigint AND d.state = 0 AND NOT EXISTS (
    SELECT 1 FROM lease l WHERE l.message = $1::bigint >> 24 AND d.key - (l.message << 24) BETWEEN l.first AND l.first + l.count - 1
    AND l.attempt = d.attempt + 1
    AND NOT EXISTS (SELECT 1 FROM lease_returned r WHERE r.lease = l.no AND r.ordinal = d.key - (l.message << 24)));
