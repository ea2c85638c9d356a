CREATE TABLE rules (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    key TEXT,
    name TEXT NOT NULL,
    description TEXT,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    stopped_reason TEXT,
    draft TEXT NOT NULL,
    published TEXT,
    number INTEGER NOT NULL,
    published_by BLOB REFERENCES users (id),
    published_at INTEGER,
    timed INTEGER NOT NULL,
    next_at INTEGER,
    lease BLOB,
    lease_until INTEGER,
    sweep_at INTEGER,
    sweep_after BLOB,
    checked_at INTEGER,
    fired_at INTEGER,
    turn INTEGER NOT NULL
);
CREATE UNIQUE INDEX rules_key ON rules (key) WHERE key IS NOT NULL;
CREATE INDEX rules_position ON rules (position, id) WHERE archived_at IS NULL;
CREATE INDEX rules_due ON rules (next_at) WHERE state = 'active';

CREATE TABLE rule_versions (
    rule_id BLOB NOT NULL REFERENCES rules (id),
    number INTEGER NOT NULL,
    definition TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    published_by BLOB REFERENCES users (id),
    PRIMARY KEY (rule_id, number)
);

-- What rules did: once for each rule, record and occasion.
CREATE TABLE rule_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    rule_id BLOB NOT NULL REFERENCES rules (id),
    number INTEGER NOT NULL,
    object TEXT NOT NULL,
    subject BLOB NOT NULL,
    occasion TEXT NOT NULL,
    at INTEGER NOT NULL,
    cause BLOB,
    depth INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE UNIQUE INDEX rule_runs_once ON rule_runs (rule_id, subject, occasion);
CREATE INDEX rule_runs_rule ON rule_runs (rule_id, seq);
CREATE INDEX rule_runs_subject ON rule_runs (subject, seq);

-- The shipped roles of an organisation that was set up before there were rules.
UPDATE roles SET permissions = json_set(permissions,
    '$.objects.rules', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'),
    '$.objects.webhooks', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'),
    '$.objects.operations', json('{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}'))
WHERE key = 'administrator';
UPDATE roles SET permissions = json_set(permissions,
    '$.objects.rules', json('{"read":"all","create":"all","update":"all","archive":"all"}'),
    '$.objects.operations', json('{"read":"all"}'))
WHERE key = 'director';
UPDATE roles SET permissions = json_set(permissions,
    '$.objects.rules', json('{"read":"all","create":"own","update":"own","archive":"own"}'))
WHERE key IN ('manager', 'marketing');
UPDATE roles SET permissions = json_set(permissions, '$.objects.rules', json('{"read":"all"}'))
WHERE key IN ('representative', 'service', 'finance', 'read_only');
UPDATE roles SET permissions = json_set(permissions,
    '$.objects.webhooks', json('{"read":"all","create":"all","update":"all","archive":"all"}'))
WHERE key = 'integration';
