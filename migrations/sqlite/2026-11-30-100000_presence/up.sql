ALTER TABLE users ADD COLUMN left_on TEXT;
-- The last change of somebody who is not there any more was most likely that.
UPDATE users SET left_on = max(date(updated_at / 1000000, 'unixepoch', '+8 hours'), coalesce(hired_on, '')) WHERE status = 'disabled';
ALTER TABLE customers ADD COLUMN first_owner_id BLOB REFERENCES users (id);
CREATE INDEX customers_first_owner ON customers (first_owner_id, created_at) WHERE first_owner_id IS NOT NULL;
