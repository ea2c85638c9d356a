-- Records that were merged say where they went.
ALTER TABLE customers ADD COLUMN merged_into_id BLOB REFERENCES customers (id);
ALTER TABLE contacts ADD COLUMN merged_into_id BLOB REFERENCES contacts (id);
CREATE INDEX customers_merged_into ON customers (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX contacts_merged_into ON contacts (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- Who stands in which list of people or companies, so that whoever is merged is found in all of them.
CREATE TABLE list_members (
    member BLOB NOT NULL,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    PRIMARY KEY (member, object, record_id)
) WITHOUT ROWID;
CREATE INDEX list_members_record ON list_members (record_id);
INSERT OR IGNORE INTO list_members (member, object, record_id)
SELECT unhex(replace(m.value, '-', '')), 'activities', a.id FROM activities a, json_each(a.audience_ids) m WHERE a.audience_ids IS NOT NULL;

-- Merges: what the survivor was before and became, and what moved from where, so that it can be undone.
CREATE TABLE merges (
    id BLOB NOT NULL PRIMARY KEY,
    object TEXT NOT NULL,
    survivor BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB REFERENCES users (id),
    losers TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    moved TEXT NOT NULL,
    undone_at INTEGER,
    undone_by BLOB REFERENCES users (id)
);
CREATE INDEX merges_survivor ON merges (survivor, id);
CREATE INDEX merges_created_by ON merges (created_by, id);
CREATE INDEX merges_undone_by ON merges (undone_by) WHERE undone_by IS NOT NULL;

CREATE TABLE merge_moves (
    merge_id BLOB NOT NULL REFERENCES merges (id),
    object TEXT NOT NULL,
    field TEXT NOT NULL,
    record_id BLOB NOT NULL,
    origin BLOB NOT NULL,
    version INTEGER NOT NULL,
    before TEXT,
    PRIMARY KEY (merge_id, object, field, record_id)
) WITHOUT ROWID;
CREATE INDEX merge_moves_record ON merge_moves (record_id);
