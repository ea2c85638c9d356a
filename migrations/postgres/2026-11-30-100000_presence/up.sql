ALTER TABLE users ADD COLUMN left_on DATE;
-- The last change of somebody who is not there any more was most likely that.
UPDATE users SET left_on = greatest((updated_at AT TIME ZONE 'Asia/Shanghai')::date, hired_on) WHERE status = 'disabled';
ALTER TABLE customers ADD COLUMN first_owner_id UUID REFERENCES users (id);
CREATE INDEX customers_first_owner ON customers (first_owner_id, created_at) WHERE first_owner_id IS NOT NULL;
