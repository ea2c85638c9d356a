CREATE TABLE files (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    name TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    complete BOOLEAN NOT NULL
);
CREATE INDEX files_created_by ON files (created_by, created_at);

CREATE TABLE file_chunks (
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (file_id, position)
);

CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    lease UUID,
    lease_until TIMESTAMPTZ,
    attempts BIGINT NOT NULL,
    error TEXT COLLATE "C",
    finished_at TIMESTAMPTZ
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE finished_at IS NULL;
CREATE INDEX jobs_subject ON jobs (subject);

CREATE TABLE imports (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    object TEXT COLLATE "C" NOT NULL,
    file_id UUID NOT NULL REFERENCES files (id),
    state TEXT COLLATE "C" NOT NULL,
    setup JSONB NOT NULL,
    progress JSONB NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    error TEXT COLLATE "C"
);
CREATE INDEX imports_created_by ON imports (created_by, created_at, id);
CREATE INDEX imports_created ON imports (created_at, id);
CREATE INDEX imports_file ON imports (file_id);

CREATE TABLE import_issues (
    import_id UUID NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    column_name TEXT COLLATE "C",
    field TEXT COLLATE "C",
    code TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C",
    value TEXT COLLATE "C",
    rejected BOOLEAN NOT NULL,
    PRIMARY KEY (import_id, position)
);

CREATE TABLE exports (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    object TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    setup JSONB NOT NULL,
    row_count BIGINT NOT NULL,
    file_id UUID REFERENCES files (id),
    finished_at TIMESTAMPTZ,
    error TEXT COLLATE "C"
);
CREATE INDEX exports_created_by ON exports (created_by, created_at, id);
CREATE INDEX exports_file ON exports (file_id);
