-- What became of the first look at a customer.
ALTER TABLE customers ADD COLUMN screening TEXT;
ALTER TABLE customers ADD COLUMN screening_reason TEXT;

-- Trials and solutions made for a customer.
CREATE TABLE trials (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    customer_id BLOB NOT NULL REFERENCES customers (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    product_id BLOB REFERENCES products (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    status TEXT NOT NULL,
    fit REAL,
    finding TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX trials_starts_on ON trials (starts_on, id) WHERE archived_at IS NULL;
CREATE INDEX trials_owner ON trials (owner_id, starts_on, id) WHERE archived_at IS NULL;
CREATE INDEX trials_customer ON trials (customer_id);
CREATE INDEX trials_opportunity ON trials (opportunity_id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX trials_product ON trials (product_id) WHERE product_id IS NOT NULL;

CREATE TABLE solutions (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    customer_id BLOB NOT NULL REFERENCES customers (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    pain_ids TEXT,
    status TEXT NOT NULL,
    sent_on TEXT,
    decided_on TEXT,
    fit REAL,
    url TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX solutions_created_at ON solutions (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX solutions_owner ON solutions (owner_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX solutions_customer ON solutions (customer_id);
CREATE INDEX solutions_opportunity ON solutions (opportunity_id) WHERE opportunity_id IS NOT NULL;
