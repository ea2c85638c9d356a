-- Each endpoint has a queue of its own, and knows what is being sent to it.
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_queue ON webhook_deliveries (webhook_id, next_at, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (webhook_id) WHERE lease_until IS NOT NULL;
