-- How far each consumer of the event log has come.
CREATE TABLE consumers (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    error TEXT COLLATE "C",
    retry_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL
);

-- Events that a consumer could not handle and passed over, until somebody has them tried again.
CREATE TABLE consumer_failures (
    id UUID NOT NULL PRIMARY KEY,
    consumer TEXT COLLATE "C" NOT NULL,
    event_seq BIGINT NOT NULL,
    error TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    retried_at TIMESTAMPTZ,
    resolved_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX consumer_failures_event ON consumer_failures (consumer, event_seq);
CREATE INDEX consumer_failures_open ON consumer_failures (created_at, id) WHERE resolved_at IS NULL;

-- The order of positions is held by persistence::events::Horizon, which needs no column.
ALTER TABLE events DROP COLUMN xact;
