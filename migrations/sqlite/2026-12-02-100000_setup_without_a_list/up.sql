-- SQLite makes a table of a list for every event that is written, to see whether the event is in it.
DROP INDEX events_setup;
CREATE INDEX events_setup ON events (seq)
WHERE object = 'api_keys'
    OR object = 'custom_fields'
    OR object = 'pool_settings'
    OR object = 'roles'
    OR object = 'rules'
    OR object = 'score_settings'
    OR object = 'settings'
    OR object = 'users'
    OR object = 'webhooks'
    OR object = 'working_calendar';
