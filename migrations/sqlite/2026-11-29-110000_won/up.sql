-- Who was won in a span of days, without a look at the opportunities themselves; archived_at so that it covers.
CREATE INDEX opportunities_won ON opportunities (closed_on, owner_id, customer_id, archived_at) WHERE archived_at IS NULL AND status = 'won';
