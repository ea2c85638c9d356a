-- What an API key makes acts within the key's limits, and no longer than the key is in force.
ALTER TABLE webhooks ADD COLUMN api_key_id UUID REFERENCES api_keys (id);
CREATE INDEX webhooks_key ON webhooks (api_key_id) WHERE api_key_id IS NOT NULL;
ALTER TABLE rules ADD COLUMN published_key_id UUID REFERENCES api_keys (id);
CREATE INDEX rules_published_key ON rules (published_key_id) WHERE published_key_id IS NOT NULL;
ALTER TABLE rule_versions ADD COLUMN published_key_id UUID REFERENCES api_keys (id);
CREATE INDEX rule_versions_published_key ON rule_versions (published_key_id) WHERE published_key_id IS NOT NULL;
