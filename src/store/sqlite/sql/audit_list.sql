SELECT no, at, actor, api_key, address, act, target, detail, result
FROM audit WHERE no < ?1 AND at >= ?2 AND at < ?3 ORDER BY no DESC LIMIT ?4;
