ALTER TABLE customers ADD COLUMN intent INTEGER;
ALTER TABLE customers ADD COLUMN browsed_on TEXT;
ALTER TABLE customers ADD COLUMN recall_on TEXT;
ALTER TABLE customers ADD COLUMN churn_on TEXT;
ALTER TABLE customers ADD COLUMN health_alert_on TEXT;
ALTER TABLE products ADD COLUMN tags TEXT;
ALTER TABLE contents ADD COLUMN tags TEXT;
ALTER TABLE playbook_runs ADD COLUMN playbook TEXT;
ALTER TABLE playbook_runs ADD COLUMN automatic INTEGER;
CREATE INDEX playbook_runs_playbook ON playbook_runs (playbook) WHERE archived_at IS NULL AND playbook IS NOT NULL;
CREATE INDEX customers_intent ON customers (intent DESC, id) WHERE archived_at IS NULL AND intent > 0;
CREATE INDEX customers_owner_intent ON customers (owner_id, intent DESC, id) WHERE archived_at IS NULL AND intent > 0;
CREATE INDEX customers_browsed_on ON customers (browsed_on) WHERE browsed_on IS NOT NULL;
CREATE INDEX customers_recall_on ON customers (recall_on) WHERE recall_on IS NOT NULL;
CREATE INDEX customers_churn_on ON customers (churn_on) WHERE churn_on IS NOT NULL;
CREATE INDEX customers_health_alert_on ON customers (health_alert_on) WHERE health_alert_on IS NOT NULL;
-- With the column of their condition, so that counting reads nothing else.
DROP INDEX customers_cadence_status;
CREATE INDEX customers_cadence_status ON customers (cadence_status, owner_id, archived_at) WHERE archived_at IS NULL AND cadence_status IS NOT NULL;
DROP INDEX customers_lifecycle;
CREATE INDEX customers_lifecycle ON customers (lifecycle_stage, owner_id, archived_at) WHERE archived_at IS NULL AND lifecycle_stage IS NOT NULL;
DROP INDEX customers_asset_class;
CREATE INDEX customers_asset_class ON customers (asset_class, owner_id, archived_at) WHERE archived_at IS NULL AND asset_class IS NOT NULL;
DROP INDEX customers_health_band;
CREATE INDEX customers_health_band ON customers (health_band, owner_id, archived_at) WHERE archived_at IS NULL AND health_band IS NOT NULL;
CREATE INDEX customers_service_tier ON customers (service_tier, owner_id, archived_at) WHERE archived_at IS NULL AND service_tier IS NOT NULL;
CREATE INDEX customers_sdae_weakest ON customers (sdae_weakest, owner_id, archived_at) WHERE archived_at IS NULL AND sdae_weakest IS NOT NULL;
CREATE INDEX score_snapshots_rfm ON score_snapshots (at, subject) WHERE model = 'rfm';

-- What customers do where we can see it: pages, downloads, competitors.
CREATE TABLE behaviours (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT,
    customer_id BLOB REFERENCES customers (id),
    contact_id BLOB REFERENCES contacts (id),
    kind TEXT NOT NULL,
    product_id BLOB REFERENCES products (id),
    occurred_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    points INTEGER,
    url TEXT,
    source TEXT,
    email TEXT,
    phone TEXT,
    external_key TEXT,
    event_key TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX behaviours_once ON behaviours (event_key) WHERE event_key IS NOT NULL;
CREATE INDEX behaviours_occurred_at ON behaviours (occurred_at, id) WHERE archived_at IS NULL;
CREATE INDEX behaviours_owner ON behaviours (owner_id, occurred_at, id) WHERE archived_at IS NULL;
CREATE INDEX behaviours_customer ON behaviours (customer_id, occurred_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX behaviours_contact ON behaviours (contact_id, occurred_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX behaviours_product ON behaviours (product_id) WHERE product_id IS NOT NULL;

CREATE TABLE trainings (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    taken_on TEXT NOT NULL,
    hours REAL,
    score REAL,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX trainings_taken_on ON trainings (taken_on, id) WHERE archived_at IS NULL;
CREATE INDEX trainings_owner ON trainings (owner_id, taken_on, id) WHERE archived_at IS NULL;

CREATE TABLE obstacles (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    raised_on TEXT NOT NULL,
    status TEXT NOT NULL,
    responsible_id BLOB REFERENCES users (id),
    resolved_on TEXT,
    days INTEGER,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX obstacles_raised_on ON obstacles (raised_on, id) WHERE archived_at IS NULL;
CREATE INDEX obstacles_owner ON obstacles (owner_id, raised_on, id) WHERE archived_at IS NULL;
CREATE INDEX obstacles_responsible ON obstacles (responsible_id) WHERE responsible_id IS NOT NULL;
