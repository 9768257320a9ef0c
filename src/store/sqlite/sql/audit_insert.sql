INSERT INTO audit (at, actor, api_key, address, act, target, detail, result) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING no;
