-- The log of an endpoint goes by when events were written down: their numbers are given by several nodes, and say nothing of time.
ALTER TABLE hook_call ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
UPDATE hook_call SET told_at = coalesce((SELECT e.told_at FROM hook_event e WHERE e.no = hook_call.event), since);
CREATE INDEX hook_call_log ON hook_call (endpoint, state, told_at, event);
-- What was told of a copy, to be erased with it.
CREATE INDEX hook_event_key ON hook_event (key) WHERE key IS NOT NULL;
-- What stands behind the question mark of a URL may be a secret: it is sealed, and shown no more.
UPDATE endpoint SET body = json_set(body, '$.target', substr(json_extract(body, '$.target'), 1, instr(json_extract(body, '$.target'), '?')) || '…')
WHERE json_extract(body, '$.kind') = 'webhook' AND instr(json_extract(body, '$.target'), '?') > 0;
