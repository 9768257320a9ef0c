-- Which topics are paused, apart from their counts: those change in every turn, and while somebody holds an old snapshot each look at a
-- topic's row passes over all its former versions. Claims look here.
CREATE TABLE topic_paused (
    topic bigint PRIMARY KEY,
    at bigint NOT NULL
);
-- By triggers, so that it also holds what a node of the version before writes, and what a transfer copies.
CREATE FUNCTION topic_paused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM topic_paused WHERE topic = new.no;
    IF new.paused_at IS NOT NULL THEN
        INSERT INTO topic_paused (topic, at) VALUES (new.no, new.paused_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER topic_paused AFTER UPDATE OF paused_at ON topic FOR EACH ROW EXECUTE FUNCTION topic_paused();
CREATE TRIGGER topic_born_paused AFTER INSERT ON topic FOR EACH ROW WHEN (new.paused_at IS NOT NULL) EXECUTE FUNCTION topic_paused();
INSERT INTO topic_paused (topic, at) SELECT no, paused_at FROM topic WHERE paused_at IS NOT NULL;
