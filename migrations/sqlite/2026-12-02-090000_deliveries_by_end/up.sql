-- What was delivered long ago, and what was to be told to endpoints that are gone, is found without reading the rest.
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE state = 'done';
CREATE INDEX webhook_deliveries_untold ON webhook_deliveries (webhook_id, state) WHERE state <> 'done';
