-- Changes of how the organisation is set up are few among those of records, and are looked for by themselves.
CREATE INDEX events_setup ON events (seq)
WHERE object IN ('api_keys', 'custom_fields', 'roles', 'rules', 'settings', 'users');
