DROP INDEX events_setup;
CREATE INDEX events_setup ON events (seq)
WHERE object IN ('api_keys', 'custom_fields', 'pool_settings', 'roles', 'rules', 'score_settings', 'settings', 'users', 'webhooks', 'working_calendar');
