-- Recipients whose mail a provider took or may have taken, by slots of ten minutes: what its 24-hour limit counts.
CREATE TABLE sent_slot (
    slot bigint NOT NULL,
    sent bigint NOT NULL,
    provider text COLLATE "C" NOT NULL,
    PRIMARY KEY (provider, slot)
) WITH (fillfactor = 25, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Moving waiting mail to another provider hands its queues over as they are, beside one of the same lane and topic that is there.
DROP INDEX topic_queue_live;
CREATE INDEX topic_queue_live ON topic_queue (provider, lane, topic) WHERE cancelled_at IS NULL;
