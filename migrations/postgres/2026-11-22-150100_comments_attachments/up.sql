-- What people say about a record, and the files that belong to it. They are seen by whoever sees the record.
CREATE TABLE comments (
    id UUID NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ,
    created_by UUID REFERENCES users (id),
    object TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    mentions JSONB NOT NULL
);
CREATE INDEX comments_record ON comments (record_id, id);
CREATE INDEX comments_created_by ON comments (created_by, id);

CREATE TABLE attachments (
    id UUID NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ,
    created_by UUID REFERENCES users (id),
    object TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    file_id UUID NOT NULL REFERENCES files (id),
    name TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL
);
CREATE INDEX attachments_record ON attachments (record_id, id);
CREATE INDEX attachments_created_by ON attachments (created_by, id);
CREATE INDEX attachments_file ON attachments (file_id);
