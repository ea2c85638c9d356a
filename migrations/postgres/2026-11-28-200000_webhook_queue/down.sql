DROP INDEX webhook_deliveries_held;
DROP INDEX webhook_deliveries_queue;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
