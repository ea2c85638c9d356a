-- The public pool: customers that nobody owns, since when, from whom and why; and when the first contact with a customer
-- that was given to somebody is due. `touch_warned_for` is the deadline of which its owner was warned.
ALTER TABLE customers ADD COLUMN pooled_at TIMESTAMPTZ;
ALTER TABLE customers ADD COLUMN pool_reason TEXT COLLATE "C";
ALTER TABLE customers ADD COLUMN pool_note TEXT COLLATE "C";
ALTER TABLE customers ADD COLUMN pool_from_id UUID REFERENCES users (id);
ALTER TABLE customers ADD COLUMN assigned_at TIMESTAMPTZ;
ALTER TABLE customers ADD COLUMN touch_due_at TIMESTAMPTZ;
ALTER TABLE customers ADD COLUMN touch_warned_for TIMESTAMPTZ;
CREATE INDEX customers_pooled ON customers (pooled_at, id) WHERE pooled_at IS NOT NULL;
CREATE INDEX customers_pool_from ON customers (pool_from_id) WHERE pool_from_id IS NOT NULL;
CREATE INDEX customers_touch_due ON customers (touch_due_at, id) WHERE touch_due_at IS NOT NULL;
CREATE INDEX customers_owner_touch ON customers (owner_id, touch_due_at) WHERE touch_due_at IS NOT NULL;

-- Who got which record out of the pool: for the limits, and to tell whoever comes second who was first.
CREATE TABLE pool_exits (
    id UUID NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    claimed BOOLEAN NOT NULL
);
CREATE INDEX pool_exits_user ON pool_exits (user_id, at);
CREATE INDEX pool_exits_record ON pool_exits (record_id, at);

-- The shipped roles of an organisation that was set up before there was a pool.
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"pool":{"read":"all","create":"all","update":"all","archive":"all","export":"all","import":"all"}}') WHERE key = 'administrator';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"pool":{"read":"all","create":"all","update":"all"}}') WHERE key = 'director';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"pool":{"read":"all","create":"all","update":"subtree"}}') WHERE key = 'manager';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"pool":{"read":"all","create":"all"}}') WHERE key = 'representative';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects}', coalesce(permissions -> 'objects', '{}') || '{"pool":{"read":"all","update":"all"}}') WHERE key = 'integration';
