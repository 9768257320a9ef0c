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
-- Row by row: a statement that changes none would still tell all nodes that endpoints have changed.
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT no, body::jsonb AS body FROM endpoint LOOP
        IF one.body ->> 'kind' = 'webhook' AND strpos(one.body ->> 'target', '?') > 0 THEN
            UPDATE endpoint SET body = jsonb_set(one.body, '{target}', to_jsonb(split_part(one.body ->> 'target', '?', 1) || '?…'))::text
            WHERE no = one.no;
        END IF;
    END LOOP;
END $$;
