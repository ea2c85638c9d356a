-- The first message of a customer that nobody has answered yet.
ALTER TABLE customers ADD COLUMN unanswered_at INTEGER;
CREATE INDEX customers_waiting ON customers (owner_id, unanswered_at, id) WHERE archived_at IS NULL AND unanswered_at IS NOT NULL;
CREATE INDEX customers_unanswered ON customers (unanswered_at, id) WHERE archived_at IS NULL AND unanswered_at IS NOT NULL;
UPDATE customers SET unanswered_at = (SELECT min(a.occurred_at) FROM activities a WHERE a.customer_id = customers.id AND a.archived_at IS NULL AND a.kind IN ('chat', 'email') AND a.customer_initiated = 1 AND coalesce(a.completed, 1) = 1 AND a.occurred_at > coalesce((SELECT max(b.occurred_at) FROM activities b WHERE b.customer_id = customers.id AND b.archived_at IS NULL AND b.kind <> 'note' AND coalesce(b.completed, 1) = 1 AND (b.kind NOT IN ('chat', 'email') OR NOT coalesce(b.customer_initiated, 0))), 0))
WHERE id IN (SELECT customer_id FROM activities WHERE kind IN ('chat', 'email') AND customer_initiated = 1);
