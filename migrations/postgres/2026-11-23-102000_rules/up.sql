CREATE TABLE rules (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ,
    created_by UUID REFERENCES users (id),
    key TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    position BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    stopped_reason TEXT COLLATE "C",
    draft JSONB NOT NULL,
    published JSONB,
    number BIGINT NOT NULL,
    published_by UUID REFERENCES users (id),
    published_at TIMESTAMPTZ,
    timed BOOLEAN NOT NULL,
    next_at TIMESTAMPTZ,
    lease UUID,
    lease_until TIMESTAMPTZ,
    sweep_at TIMESTAMPTZ,
    sweep_after UUID,
    checked_at TIMESTAMPTZ,
    fired_at TIMESTAMPTZ,
    turn BIGINT NOT NULL
);
CREATE UNIQUE INDEX rules_key ON rules (key) WHERE key IS NOT NULL;
CREATE INDEX rules_position ON rules (position, id) WHERE archived_at IS NULL;
CREATE INDEX rules_due ON rules (next_at) WHERE state = 'active';

CREATE TABLE rule_versions (
    rule_id UUID NOT NULL REFERENCES rules (id),
    number BIGINT NOT NULL,
    definition JSONB NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    published_by UUID REFERENCES users (id),
    PRIMARY KEY (rule_id, number)
);

-- What rules did: once for each rule, record and occasion.
CREATE TABLE rule_runs (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    rule_id UUID NOT NULL REFERENCES rules (id),
    number BIGINT NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    subject UUID NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    cause UUID,
    depth BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    detail JSONB NOT NULL
);
CREATE UNIQUE INDEX rule_runs_once ON rule_runs (rule_id, subject, occasion);
CREATE INDEX rule_runs_rule ON rule_runs (rule_id, seq);
CREATE INDEX rule_runs_subject ON rule_runs (subject, seq);

-- The shipped roles of an organisation that was set up before there were rules.
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"rules":{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"},"webhooks":{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"},"operations":{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}}')
WHERE key = 'administrator';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"rules":{"read":"all","create":"all","update":"all","archive":"all"},"operations":{"read":"all"}}')
WHERE key = 'director';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"rules":{"read":"all","create":"own","update":"own","archive":"own"}}')
WHERE key IN ('manager', 'marketing');
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"rules":{"read":"all"}}')
WHERE key IN ('representative', 'service', 'finance', 'read_only');
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"webhooks":{"read":"all","create":"all","update":"all","archive":"all"}}')
WHERE key = 'integration';
