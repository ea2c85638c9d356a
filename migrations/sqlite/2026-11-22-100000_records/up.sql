CREATE TABLE teams (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    parent_id BLOB REFERENCES teams (id),
    region TEXT,
    lead_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX teams_name ON teams (name, id) WHERE archived_at IS NULL;
CREATE INDEX teams_parent ON teams (parent_id);
CREATE INDEX teams_lead ON teams (lead_id);

CREATE VIRTUAL TABLE teams_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE users (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    email TEXT,
    title TEXT,
    phone TEXT,
    team_id BLOB REFERENCES teams (id),
    status TEXT NOT NULL,
    locale TEXT NOT NULL,
    hired_on TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX users_name ON users (name, id) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_team ON users (team_id);

CREATE VIRTUAL TABLE users_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE tags (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX tags_name ON tags (name) WHERE archived_at IS NULL;

CREATE TABLE customers (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    short_name TEXT,
    customer_type TEXT,
    grade TEXT,
    industry TEXT,
    source TEXT,
    phone TEXT,
    email TEXT,
    website TEXT,
    region TEXT,
    province TEXT,
    city TEXT,
    address TEXT,
    employees INTEGER,
    annual_revenue_minor INTEGER,
    founded_year INTEGER,
    credit_code TEXT,
    parent_id BLOB REFERENCES customers (id),
    tags TEXT,
    owner_id BLOB REFERENCES users (id),
    last_contact_at INTEGER,
    last_order_on TEXT,
    rfm_r INTEGER,
    rfm_f INTEGER,
    rfm_m INTEGER,
    rfm_segment TEXT,
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX customers_created ON customers (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX customers_owner ON customers (owner_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX customers_updated ON customers (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX customers_name ON customers (name, id) WHERE archived_at IS NULL;
CREATE INDEX customers_last_contact ON customers (last_contact_at, id) WHERE archived_at IS NULL AND last_contact_at IS NOT NULL;
CREATE INDEX customers_phone ON customers (phone) WHERE phone IS NOT NULL;
CREATE INDEX customers_email ON customers (email) WHERE email IS NOT NULL;
CREATE INDEX customers_credit_code ON customers (credit_code) WHERE credit_code IS NOT NULL;
CREATE INDEX customers_parent ON customers (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX customers_grade ON customers (grade, created_at, id) WHERE archived_at IS NULL AND grade IS NOT NULL;
CREATE INDEX customers_rfm_segment ON customers (rfm_segment, created_at, id) WHERE archived_at IS NULL AND rfm_segment IS NOT NULL;

CREATE VIRTUAL TABLE customers_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE contacts (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    customer_id BLOB REFERENCES customers (id),
    title TEXT,
    department TEXT,
    phone TEXT,
    email TEXT,
    wechat TEXT,
    is_primary INTEGER,
    birthday TEXT,
    tags TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX contacts_created ON contacts (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX contacts_owner ON contacts (owner_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX contacts_customer ON contacts (customer_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX contacts_updated ON contacts (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX contacts_name ON contacts (name, id) WHERE archived_at IS NULL;
CREATE INDEX contacts_phone ON contacts (phone) WHERE phone IS NOT NULL;
CREATE INDEX contacts_email ON contacts (email) WHERE email IS NOT NULL;

CREATE VIRTUAL TABLE contacts_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE products (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    code TEXT,
    category TEXT,
    series TEXT,
    unit TEXT,
    list_price_minor INTEGER,
    cost_minor INTEGER,
    active INTEGER,
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX products_name ON products (name, id) WHERE archived_at IS NULL;
CREATE INDEX products_code ON products (code) WHERE code IS NOT NULL;

CREATE VIRTUAL TABLE products_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE pipelines (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    is_default INTEGER,
    position INTEGER NOT NULL,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX pipelines_position ON pipelines (position, id) WHERE archived_at IS NULL;

CREATE TABLE pipeline_stages (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    pipeline_id BLOB NOT NULL REFERENCES pipelines (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    probability REAL,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX pipeline_stages_pipeline ON pipeline_stages (pipeline_id, position, id);

CREATE TABLE opportunities (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    number TEXT,
    customer_id BLOB REFERENCES customers (id),
    contact_id BLOB REFERENCES contacts (id),
    product_id BLOB REFERENCES products (id),
    pipeline_id BLOB REFERENCES pipelines (id),
    stage_id BLOB REFERENCES pipeline_stages (id),
    status TEXT,
    amount_minor INTEGER,
    expected_close_on TEXT,
    engaged_on TEXT,
    closed_on TEXT,
    lost_reason TEXT,
    source TEXT,
    competitor TEXT,
    probability REAL,
    furthest_position INTEGER,
    stage_entered_at INTEGER,
    last_activity_at INTEGER,
    tags TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX opportunities_created ON opportunities (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_owner ON opportunities (owner_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_updated ON opportunities (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_customer ON opportunities (customer_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_contact ON opportunities (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX opportunities_product ON opportunities (product_id, created_at, id) WHERE product_id IS NOT NULL;
CREATE INDEX opportunities_pipeline ON opportunities (pipeline_id, status, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_stage ON opportunities (stage_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_expected_close ON opportunities (status, expected_close_on, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_closed ON opportunities (status, closed_on, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_number ON opportunities (number) WHERE number IS NOT NULL;

CREATE VIRTUAL TABLE opportunities_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE orders (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    number TEXT,
    customer_id BLOB NOT NULL REFERENCES customers (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    ordered_on TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX orders_created ON orders (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX orders_ordered ON orders (ordered_on, id) WHERE archived_at IS NULL;
CREATE INDEX orders_owner ON orders (owner_id, ordered_on, id) WHERE archived_at IS NULL;
CREATE INDEX orders_customer ON orders (customer_id, ordered_on, id) WHERE archived_at IS NULL;
CREATE INDEX orders_opportunity ON orders (opportunity_id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX orders_number ON orders (number) WHERE number IS NOT NULL;

CREATE VIRTUAL TABLE orders_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE order_lines (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    product_id BLOB REFERENCES products (id),
    quantity REAL NOT NULL,
    unit_price_minor INTEGER,
    amount_minor INTEGER NOT NULL,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX order_lines_order ON order_lines (order_id);
CREATE INDEX order_lines_product ON order_lines (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX order_lines_owner ON order_lines (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX order_lines_created ON order_lines (created_at, id) WHERE archived_at IS NULL;

CREATE TABLE activities (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    customer_id BLOB REFERENCES customers (id),
    contact_id BLOB REFERENCES contacts (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    occurred_at INTEGER NOT NULL,
    duration_minutes INTEGER,
    completed INTEGER,
    outcome TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX activities_created ON activities (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX activities_occurred ON activities (occurred_at, id) WHERE archived_at IS NULL;
CREATE INDEX activities_owner ON activities (owner_id, occurred_at, id) WHERE archived_at IS NULL;
CREATE INDEX activities_customer ON activities (customer_id, occurred_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX activities_contact ON activities (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX activities_opportunity ON activities (opportunity_id, occurred_at, id) WHERE opportunity_id IS NOT NULL;

CREATE VIRTUAL TABLE activities_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    due_at INTEGER,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    customer_id BLOB REFERENCES customers (id),
    contact_id BLOB REFERENCES contacts (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    origin TEXT,
    done_at INTEGER,
    result TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX tasks_created ON tasks (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE archived_at IS NULL;
CREATE INDEX tasks_owner ON tasks (owner_id, status, due_at, id) WHERE archived_at IS NULL;
CREATE INDEX tasks_customer ON tasks (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX tasks_contact ON tasks (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX tasks_opportunity ON tasks (opportunity_id) WHERE opportunity_id IS NOT NULL;

CREATE VIRTUAL TABLE tasks_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE saved_views (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    object TEXT NOT NULL,
    shared INTEGER,
    definition TEXT NOT NULL,
    position INTEGER NOT NULL,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX saved_views_owner ON saved_views (owner_id, object);
CREATE INDEX saved_views_object ON saved_views (object, position, id) WHERE archived_at IS NULL;

CREATE TABLE record_tags (
    tag_id BLOB NOT NULL REFERENCES tags (id),
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    PRIMARY KEY (tag_id, object, record_id)
) WITHOUT ROWID;
CREATE INDEX record_tags_record ON record_tags (record_id);

CREATE TABLE opportunity_stage_history (
    id BLOB NOT NULL PRIMARY KEY,
    opportunity_id BLOB NOT NULL REFERENCES opportunities (id),
    stage_id BLOB NOT NULL REFERENCES pipeline_stages (id),
    position INTEGER NOT NULL,
    user_id BLOB REFERENCES users (id),
    entered_at INTEGER NOT NULL,
    left_at INTEGER
);
CREATE INDEX opportunity_stage_history_opportunity ON opportunity_stage_history (opportunity_id, entered_at);
CREATE INDEX opportunity_stage_history_stage ON opportunity_stage_history (stage_id, entered_at);
CREATE INDEX opportunity_stage_history_user ON opportunity_stage_history (user_id);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    type TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    actor_id BLOB REFERENCES users (id),
    at INTEGER NOT NULL,
    old TEXT,
    new TEXT,
    request_id BLOB NOT NULL,
    origin_id BLOB
);
CREATE INDEX events_record ON events (record_id, seq);
CREATE INDEX events_origin ON events (origin_id, seq) WHERE origin_id IS NOT NULL;
CREATE INDEX events_actor ON events (actor_id, seq);

CREATE TABLE custom_fields (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    object TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    label_zh TEXT NOT NULL,
    label_en TEXT NOT NULL,
    options TEXT NOT NULL,
    required INTEGER NOT NULL,
    in_list INTEGER NOT NULL,
    position INTEGER NOT NULL
);
CREATE UNIQUE INDEX custom_fields_key ON custom_fields (object, key);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE idempotency_keys (
    user_id BLOB NOT NULL REFERENCES users (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    location TEXT,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
