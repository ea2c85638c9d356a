-- By which key another system made a change: what is known of a customer says where it came from.
ALTER TABLE events ADD COLUMN key_id UUID REFERENCES api_keys (id);
CREATE INDEX events_key ON events (key_id) WHERE key_id IS NOT NULL;
