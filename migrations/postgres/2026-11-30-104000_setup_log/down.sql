DROP INDEX events_setup;
CREATE INDEX events_setup ON events (seq)
WHERE object IN ('api_keys', 'custom_fields', 'roles', 'rules', 'settings', 'users');
