-- Who was won in a span of days, without a look at the opportunities themselves.
CREATE INDEX opportunities_won ON opportunities (closed_on, owner_id, customer_id) WHERE archived_at IS NULL AND status = 'won';
