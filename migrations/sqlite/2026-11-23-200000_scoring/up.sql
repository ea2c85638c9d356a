ALTER TABLE customers ADD COLUMN potential REAL;
ALTER TABLE customers ADD COLUMN fit REAL;
ALTER TABLE customers ADD COLUMN strategic_value REAL;
ALTER TABLE customers ADD COLUMN grade_reason TEXT;
ALTER TABLE customers ADD COLUMN grade_manual INTEGER;
ALTER TABLE customers ADD COLUMN grade_set_by BLOB REFERENCES users (id);
ALTER TABLE customers ADD COLUMN grade_set_at INTEGER;
ALTER TABLE customers ADD COLUMN grade_computed TEXT;
ALTER TABLE customers ADD COLUMN grade_score REAL;
ALTER TABLE customers ADD COLUMN lifecycle_stage TEXT;
ALTER TABLE customers ADD COLUMN service_tier TEXT;
ALTER TABLE customers ADD COLUMN profile_type TEXT;
ALTER TABLE customers ADD COLUMN preference_ids TEXT;
ALTER TABLE customers ADD COLUMN pain_ids TEXT;
ALTER TABLE customers ADD COLUMN wallet_share REAL;
ALTER TABLE customers ADD COLUMN manager_id BLOB REFERENCES users (id);
ALTER TABLE customers ADD COLUMN account_team_ids TEXT;
ALTER TABLE customers ADD COLUMN cadence_days INTEGER;
ALTER TABLE customers ADD COLUMN cadence_status TEXT;
ALTER TABLE customers ADD COLUMN cadence_due_on TEXT;
ALTER TABLE customers ADD COLUMN cadence_priority REAL;
ALTER TABLE customers ADD COLUMN sdae_security REAL;
ALTER TABLE customers ADD COLUMN sdae_development REAL;
ALTER TABLE customers ADD COLUMN sdae_acceptance REAL;
ALTER TABLE customers ADD COLUMN sdae_experience REAL;
ALTER TABLE customers ADD COLUMN sdae_weakest TEXT;
ALTER TABLE customers ADD COLUMN asset_class TEXT;
ALTER TABLE customers ADD COLUMN health REAL;
ALTER TABLE customers ADD COLUMN health_band TEXT;
ALTER TABLE customers ADD COLUMN alive REAL;
ALTER TABLE customers ADD COLUMN value_at_risk_minor INTEGER;
ALTER TABLE contacts ADD COLUMN role TEXT;
ALTER TABLE activities ADD COLUMN pain_ids TEXT;
ALTER TABLE activities ADD COLUMN content_ids TEXT;
ALTER TABLE activities ADD COLUMN resource_ids TEXT;
ALTER TABLE activities ADD COLUMN audience_ids TEXT;
ALTER TABLE activities ADD COLUMN next_step TEXT;
ALTER TABLE activities ADD COLUMN customer_initiated INTEGER;
ALTER TABLE activities ADD COLUMN responded INTEGER;
ALTER TABLE activities ADD COLUMN grade_then TEXT;
ALTER TABLE activities ADD COLUMN r1 REAL;
ALTER TABLE activities ADD COLUMN r2 REAL;
ALTER TABLE activities ADD COLUMN r3 REAL;
ALTER TABLE activities ADD COLUMN r4 REAL;
ALTER TABLE score_snapshots ADD COLUMN coverage REAL;
ALTER TABLE score_snapshots ADD COLUMN inputs TEXT;
ALTER TABLE score_snapshots ADD COLUMN settings_version INTEGER;
UPDATE customers SET grade_manual = 1 WHERE grade IS NOT NULL;
CREATE INDEX customers_manager ON customers (manager_id) WHERE manager_id IS NOT NULL;
CREATE INDEX customers_cadence ON customers (cadence_priority DESC, id) WHERE archived_at IS NULL AND cadence_priority IS NOT NULL;
CREATE INDEX customers_owner_cadence ON customers (owner_id, cadence_priority DESC, id) WHERE archived_at IS NULL AND cadence_priority IS NOT NULL;
CREATE INDEX customers_cadence_status ON customers (cadence_status, owner_id) WHERE archived_at IS NULL AND cadence_status IS NOT NULL;
CREATE INDEX customers_lifecycle ON customers (lifecycle_stage, owner_id) WHERE archived_at IS NULL AND lifecycle_stage IS NOT NULL;
CREATE INDEX customers_asset_class ON customers (asset_class, owner_id) WHERE archived_at IS NULL AND asset_class IS NOT NULL;
CREATE INDEX customers_health_band ON customers (health_band, owner_id) WHERE archived_at IS NULL AND health_band IS NOT NULL;
CREATE INDEX customers_value_at_risk ON customers (value_at_risk_minor DESC, id) WHERE archived_at IS NULL AND value_at_risk_minor > 0;

CREATE TABLE pains (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX pains_name ON pains (name, id) WHERE archived_at IS NULL;

CREATE TABLE contents (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    stages TEXT,
    pain_ids TEXT,
    roles TEXT,
    summary TEXT,
    url TEXT,
    active INTEGER,
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX contents_created_at ON contents (created_at, id) WHERE archived_at IS NULL;

CREATE VIRTUAL TABLE contents_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE resources (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit_cost_minor INTEGER NOT NULL,
    stages TEXT,
    pain_ids TEXT,
    roles TEXT,
    active INTEGER,
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX resources_name ON resources (name, id) WHERE archived_at IS NULL;

CREATE VIRTUAL TABLE resources_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE assessments (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    assessed_on TEXT NOT NULL,
    relationship_closeness REAL,
    renewal_cycle REAL,
    competitor_safety REAL,
    wallet_share REAL,
    white_space REAL,
    solution_acceptance REAL,
    response_rate REAL,
    customer_initiated REAL,
    content_engagement REAL,
    csat REAL,
    nps INTEGER,
    tickets_within_sla REAL,
    deliveries_on_time REAL,
    usage_frequency REAL,
    renewal_intention REAL,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX assessments_assessed_on ON assessments (assessed_on, id) WHERE archived_at IS NULL;
CREATE INDEX assessments_owner ON assessments (owner_id, assessed_on, id) WHERE archived_at IS NULL;
CREATE INDEX assessments_customer ON assessments (customer_id, assessed_on, id);

CREATE TABLE entitlements (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    stage TEXT,
    granted_on TEXT NOT NULL,
    revoked_on TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX entitlements_granted_on ON entitlements (granted_on, id) WHERE archived_at IS NULL;
CREATE INDEX entitlements_owner ON entitlements (owner_id, granted_on, id) WHERE archived_at IS NULL;
CREATE INDEX entitlements_customer ON entitlements (customer_id, granted_on, id);

CREATE TABLE playbook_runs (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    dimension TEXT NOT NULL,
    band TEXT,
    started_on TEXT NOT NULL,
    score_before REAL,
    score_after REAL,
    measured_on TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX playbook_runs_started_on ON playbook_runs (started_on, id) WHERE archived_at IS NULL;
CREATE INDEX playbook_runs_owner ON playbook_runs (owner_id, started_on, id) WHERE archived_at IS NULL;
CREATE INDEX playbook_runs_customer ON playbook_runs (customer_id, started_on, id);
CREATE INDEX playbook_runs_open ON playbook_runs (started_on, id) WHERE measured_on IS NULL AND archived_at IS NULL;

CREATE TABLE goals (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_id BLOB REFERENCES goals (id),
    starts_on TEXT,
    ends_on TEXT,
    published INTEGER,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX goals_created_at ON goals (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX goals_owner ON goals (owner_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX goals_parent ON goals (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE acknowledgements (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    goal_id BLOB NOT NULL REFERENCES goals (id),
    acknowledged_on TEXT NOT NULL,
    agrees INTEGER NOT NULL,
    comment TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX acknowledgements_acknowledged_on ON acknowledgements (acknowledged_on, id) WHERE archived_at IS NULL;
CREATE INDEX acknowledgements_owner ON acknowledgements (owner_id, acknowledged_on, id) WHERE archived_at IS NULL;
CREATE INDEX acknowledgements_goal ON acknowledgements (goal_id, owner_id);

CREATE TABLE pulses (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    answered_on TEXT NOT NULL,
    commitment REAL,
    energy REAL,
    learning REAL,
    obstacle TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX pulses_answered_on ON pulses (answered_on, id) WHERE archived_at IS NULL;
CREATE INDEX pulses_owner ON pulses (owner_id, answered_on, id) WHERE archived_at IS NULL;

CREATE TABLE audits (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    taken_on TEXT NOT NULL,
    subject TEXT NOT NULL,
    answers TEXT NOT NULL,
    commitment REAL,
    precision REAL,
    engagement REAL,
    process REAL,
    customers REAL,
    weakest TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audits_taken_on ON audits (taken_on, id) WHERE archived_at IS NULL;
CREATE INDEX audits_owner ON audits (owner_id, taken_on, id) WHERE archived_at IS NULL;

-- Why a contact has its four Rs.
CREATE TABLE contact_scores (
    activity_id BLOB NOT NULL PRIMARY KEY REFERENCES activities (id),
    inputs TEXT NOT NULL,
    settings_version INTEGER NOT NULL
) WITHOUT ROWID;

-- Which contacts used it.
CREATE TABLE activity_contents (
    content_id BLOB NOT NULL REFERENCES contents (id),
    activity_id BLOB NOT NULL REFERENCES activities (id),
    PRIMARY KEY (content_id, activity_id)
) WITHOUT ROWID;
CREATE INDEX activity_contents_activity ON activity_contents (activity_id);

-- Which contacts used it.
CREATE TABLE activity_resources (
    resource_id BLOB NOT NULL REFERENCES resources (id),
    activity_id BLOB NOT NULL REFERENCES activities (id),
    PRIMARY KEY (resource_id, activity_id)
) WITHOUT ROWID;
CREATE INDEX activity_resources_activity ON activity_resources (activity_id);

-- Every version of every model's settings.
CREATE TABLE score_settings (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    PRIMARY KEY (model, version)
) WITHOUT ROWID;

CREATE TABLE lifecycle_history (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    entered_at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    left_at INTEGER,
    reason TEXT,
    user_id BLOB REFERENCES users (id),
    PRIMARY KEY (customer_id, entered_at)
) WITHOUT ROWID;
CREATE INDEX lifecycle_history_stage ON lifecycle_history (stage, entered_at);
CREATE INDEX lifecycle_history_user ON lifecycle_history (user_id);

-- The shipped roles learn of the new objects.
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'), '$.objects.goals', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'), '$.objects.pulses', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}')) WHERE key = 'administrator';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'), '$.objects.goals', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'), '$.objects.pulses', json('{"read":"all","create":"own","update":"own"}')) WHERE key = 'director';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all","create":"all","update":"all"}'), '$.objects.goals', json('{"read":"all","create":"own","update":"own"}'), '$.objects.pulses', json('{"read":"subtree","create":"own","update":"own"}')) WHERE key = 'manager';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'representative';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'marketing';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'service';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'finance';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'read_only';
UPDATE roles SET permissions = json_set(permissions, '$.objects.contents', json('{"read":"all"}'), '$.objects.goals', json('{"read":"all"}'), '$.objects.pulses', json('{"read":"own","create":"own","update":"own"}')) WHERE key = 'integration';
