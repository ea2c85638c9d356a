ALTER TABLE customers ADD COLUMN win_back_on DATE;
ALTER TABLE customers ADD COLUMN cadence_excess BIGINT;
CREATE INDEX customers_win_back_on ON customers (win_back_on) WHERE win_back_on IS NOT NULL;
-- With the column of their condition, so that adding up reads nothing else.
CREATE INDEX customers_cadence_excess ON customers (cadence_excess DESC, id, owner_id, archived_at) WHERE archived_at IS NULL AND cadence_excess > 0;
-- Of these people were told before.
UPDATE customers SET win_back_on = CURRENT_DATE WHERE EXISTS (SELECT 1 FROM score_snapshots s WHERE s.subject = customers.id
    AND s.model = 'repeat' AND s.band = 'win_back' AND NOT EXISTS (SELECT 1 FROM score_snapshots n WHERE n.subject = s.subject
    AND n.model = 'repeat' AND n.at > s.at));
-- The latest order was one that was sent back, or one to come.
UPDATE customers SET last_order_on = (SELECT max(o.ordered_on) FROM orders o WHERE o.customer_id = customers.id AND o.archived_at IS NULL
    AND o.status IN ('confirmed', 'fulfilled') AND o.ordered_on <= CURRENT_DATE)
    WHERE id IN (SELECT customer_id FROM orders WHERE status = 'returned' OR ordered_on > CURRENT_DATE);
