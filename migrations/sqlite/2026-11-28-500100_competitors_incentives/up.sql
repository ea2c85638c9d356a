-- Competitors at the door of customers.
CREATE TABLE competitor_alerts (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    competitor TEXT NOT NULL,
    customer_id BLOB NOT NULL REFERENCES customers (id),
    opportunity_id BLOB REFERENCES opportunities (id),
    noticed_on TEXT NOT NULL,
    source TEXT,
    status TEXT NOT NULL,
    closed_on TEXT,
    outcome TEXT,
    owner_id BLOB REFERENCES users (id),
    note TEXT,
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX competitor_alerts_noticed_on ON competitor_alerts (noticed_on, id) WHERE archived_at IS NULL;
CREATE INDEX competitor_alerts_owner ON competitor_alerts (owner_id, noticed_on, id) WHERE archived_at IS NULL;
CREATE INDEX competitor_alerts_customer ON competitor_alerts (customer_id, status);
CREATE INDEX competitor_alerts_opportunity ON competitor_alerts (opportunity_id) WHERE opportunity_id IS NOT NULL;

-- The rules by which work is rewarded, and who has read them.
CREATE TABLE incentives (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    title TEXT NOT NULL,
    audience TEXT NOT NULL,
    team_id BLOB REFERENCES teams (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    published INTEGER,
    summary TEXT,
    terms TEXT,
    example TEXT,
    url TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX incentives_starts_on ON incentives (starts_on, id) WHERE archived_at IS NULL;
CREATE INDEX incentives_owner ON incentives (owner_id, starts_on, id) WHERE archived_at IS NULL;
CREATE INDEX incentives_team ON incentives (team_id) WHERE team_id IS NOT NULL;

CREATE TABLE incentive_reads (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    created_by BLOB REFERENCES users (id),
    incentive_id BLOB NOT NULL REFERENCES incentives (id),
    read_on TEXT NOT NULL,
    understood INTEGER NOT NULL,
    question TEXT,
    owner_id BLOB REFERENCES users (id),
    custom TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX incentive_reads_read_on ON incentive_reads (read_on, id) WHERE archived_at IS NULL;
CREATE INDEX incentive_reads_owner ON incentive_reads (owner_id, read_on, id) WHERE archived_at IS NULL;
-- Whoever has read it has read it once.
CREATE UNIQUE INDEX incentive_reads_once ON incentive_reads (incentive_id, owner_id) WHERE archived_at IS NULL;
CREATE INDEX incentive_reads_incentive ON incentive_reads (incentive_id);
