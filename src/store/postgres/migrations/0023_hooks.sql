-- The log of an endpoint goes by when events were written down: their numbers are given by several nodes, and say nothing of time.
ALTER TABLE hook_call ADD COLUMN told_at bigint;
UPDATE hook_call c SET told_at = coalesce((SELECT e.told_at FROM hook_event e WHERE e.no = c.event), c.since);
ALTER TABLE hook_call ALTER COLUMN told_at SET NOT NULL;
-- A node of the version before, which may run beside, does not say it: what it writes is due at that very time.
CREATE FUNCTION jebi_hook_told_at() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN new.told_at := new.since; RETURN new; END $$;
CREATE TRIGGER hook_told_at BEFORE INSERT ON hook_call FOR EACH ROW WHEN (new.told_at IS NULL) EXECUTE FUNCTION jebi_hook_told_at();
CREATE INDEX hook_call_log ON hook_call (endpoint, state, told_at, event);
-- What was told of a copy, to be erased with it.
CREATE INDEX hook_event_key ON hook_event (key) WHERE key IS NOT NULL;
-- What stands behind the question mark of a URL may be a secret: it is sealed, and shown no more.
UPDATE endpoint SET body = jsonb_set(body::jsonb, '{target}', to_jsonb(split_part(body::jsonb ->> 'target', '?', 1) || '?…'))::text
WHERE body::jsonb ->> 'kind' = 'webhook' AND strpos(body::jsonb ->> 'target', '?') > 0;
