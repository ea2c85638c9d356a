-- Records that were merged say where they went.
ALTER TABLE customers ADD COLUMN merged_into_id UUID REFERENCES customers (id);
ALTER TABLE contacts ADD COLUMN merged_into_id UUID REFERENCES contacts (id);
CREATE INDEX customers_merged_into ON customers (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX contacts_merged_into ON contacts (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- Who stands in which list of people or companies, so that whoever is merged is found in all of them.
CREATE TABLE list_members (
    member UUID NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    PRIMARY KEY (member, object, record_id)
);
CREATE INDEX list_members_record ON list_members (record_id);
INSERT INTO list_members (member, object, record_id)
SELECT m.value::uuid, 'activities', a.id FROM activities a CROSS JOIN LATERAL jsonb_array_elements_text(a.audience_ids) AS m (value)
WHERE a.audience_ids IS NOT NULL ON CONFLICT DO NOTHING;

-- Merges: what the survivor was before and became, and what moved from where, so that it can be undone.
CREATE TABLE merges (
    id UUID NOT NULL PRIMARY KEY,
    object TEXT COLLATE "C" NOT NULL,
    survivor UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    losers JSONB NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    moved JSONB NOT NULL,
    undone_at TIMESTAMPTZ,
    undone_by UUID REFERENCES users (id)
);
CREATE INDEX merges_survivor ON merges (survivor, id);
CREATE INDEX merges_created_by ON merges (created_by, id);
CREATE INDEX merges_undone_by ON merges (undone_by) WHERE undone_by IS NOT NULL;

CREATE TABLE merge_moves (
    merge_id UUID NOT NULL REFERENCES merges (id),
    object TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    origin UUID NOT NULL,
    version BIGINT NOT NULL,
    before JSONB,
    PRIMARY KEY (merge_id, object, field, record_id)
);
CREATE INDEX merge_moves_record ON merge_moves (record_id);
