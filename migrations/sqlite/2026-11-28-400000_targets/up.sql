ALTER TABLE customers ADD COLUMN rfm_overlay TEXT;
ALTER TABLE customers ADD COLUMN rfm_overlay_on TEXT;
ALTER TABLE customers ADD COLUMN invest_stopped INTEGER;
ALTER TABLE customers ADD COLUMN invest_stop_reason TEXT;
ALTER TABLE customers ADD COLUMN invest_stopped_on TEXT;
ALTER TABLE customers ADD COLUMN tier_on TEXT;
ALTER TABLE rfm_scores ADD COLUMN overlay TEXT;
UPDATE rfm_scores SET overlay = CASE WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'high_value' WHEN r >= 4 AND f <= 2 AND m = 3 THEN 'potential' WHEN r <= 2 AND f <= 2 AND m <= 2 THEN 'sleeping' END;
UPDATE customers SET rfm_overlay = s.overlay FROM rfm_scores s WHERE s.customer_id = customers.id AND s.overlay IS NOT NULL;
CREATE INDEX customers_rfm_overlay ON customers (rfm_overlay, owner_id, archived_at) WHERE archived_at IS NULL AND rfm_overlay IS NOT NULL;
CREATE INDEX customers_rfm_overlay_on ON customers (rfm_overlay_on) WHERE rfm_overlay_on IS NOT NULL;
CREATE INDEX customers_invest_stopped ON customers (invest_stopped, owner_id, archived_at) WHERE archived_at IS NULL AND invest_stopped IS NOT NULL;
CREATE INDEX customers_tier_on ON customers (tier_on) WHERE tier_on IS NOT NULL;
CREATE INDEX tasks_urgent ON tasks (status, created_at, id) WHERE archived_at IS NULL AND origin = 'urgent';

-- What records link to by the fields that group them.
CREATE TABLE record_links (
    object TEXT NOT NULL,
    field TEXT NOT NULL,
    target BLOB NOT NULL,
    record_id BLOB NOT NULL,
    PRIMARY KEY (object, field, target, record_id)
) WITHOUT ROWID;
CREATE INDEX record_links_record ON record_links (record_id);
INSERT OR IGNORE INTO record_links (object, field, target, record_id) SELECT 'customers', 'preference_ids', unhex(replace(j.value, '-', '')), c.id FROM customers c, json_each(c.preference_ids) j WHERE c.preference_ids IS NOT NULL;
INSERT OR IGNORE INTO record_links (object, field, target, record_id) SELECT 'customers', 'pain_ids', unhex(replace(j.value, '-', '')), c.id FROM customers c, json_each(c.pain_ids) j WHERE c.pain_ids IS NOT NULL;

-- Customers by what they need, and by each two needs that they have together; the nil id stands for nobody.
CREATE TABLE need_totals (
    owner BLOB NOT NULL,
    a_kind TEXT NOT NULL,
    a BLOB NOT NULL,
    b_kind TEXT NOT NULL,
    b BLOB NOT NULL,
    customers INTEGER NOT NULL,
    PRIMARY KEY (owner, a_kind, a, b_kind, b)
) WITHOUT ROWID;

-- Who used the product on which day: log-ins, and days on which a session went on.
CREATE TABLE usage_days (
    user_id BLOB NOT NULL REFERENCES users (id),
    day TEXT NOT NULL,
    logins INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    PRIMARY KEY (user_id, day)
) WITHOUT ROWID;
CREATE INDEX usage_days_day ON usage_days (day);

CREATE TABLE segments (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    definition TEXT NOT NULL,
    strategy TEXT,
    target INTEGER,
    coverage_goal REAL,
    position INTEGER NOT NULL,
    key TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX segments_position ON segments (position, id) WHERE archived_at IS NULL;
CREATE INDEX segments_owner ON segments (owner_id) WHERE owner_id IS NOT NULL;
CREATE UNIQUE INDEX segments_key ON segments (key) WHERE key IS NOT NULL;

-- The shipped roles learn of the segments.
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}')) WHERE key = 'administrator';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}')) WHERE key = 'director';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all","create":"all","update":"all"}')) WHERE key = 'manager';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all"}')) WHERE key = 'representative';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}')) WHERE key = 'marketing';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all"}')) WHERE key = 'service';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all"}')) WHERE key = 'finance';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all"}')) WHERE key = 'read_only';
UPDATE roles SET permissions = json_set(permissions, '$.objects.segments', json('{"read":"all"}')) WHERE key = 'integration';
