ALTER TABLE events ADD COLUMN xact XID8 NOT NULL DEFAULT pg_current_xact_id();
DROP TABLE consumer_failures;
DROP TABLE consumers;
