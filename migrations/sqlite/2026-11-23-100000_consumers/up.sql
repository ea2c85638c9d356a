-- How far each consumer of the event log has come.
CREATE TABLE consumers (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    error TEXT,
    retry_at INTEGER,
    updated_at INTEGER NOT NULL
);

-- Events that a consumer could not handle and passed over, until somebody has them tried again.
CREATE TABLE consumer_failures (
    id BLOB NOT NULL PRIMARY KEY,
    consumer TEXT NOT NULL,
    event_seq INTEGER NOT NULL,
    error TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    retried_at INTEGER,
    resolved_at INTEGER
);
CREATE UNIQUE INDEX consumer_failures_event ON consumer_failures (consumer, event_seq);
CREATE INDEX consumer_failures_open ON consumer_failures (created_at, id) WHERE resolved_at IS NULL;
