CREATE TABLE webhooks (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ,
    created_by UUID REFERENCES users (id),
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    secret TEXT COLLATE "C",
    events JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    failures BIGINT NOT NULL,
    rest_until TIMESTAMPTZ,
    last_error TEXT COLLATE "C",
    last_success_at TIMESTAMPTZ,
    last_failure_at TIMESTAMPTZ
);

-- What is to be sent, in the order of each record.
CREATE TABLE webhook_deliveries (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    webhook_id UUID NOT NULL REFERENCES webhooks (id),
    occasion TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    subject UUID NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    status BIGINT,
    error TEXT COLLATE "C",
    finished_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_id, occasion);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, subject, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_of ON webhook_deliveries (webhook_id, seq);
