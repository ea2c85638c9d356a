-- What is known of people by their addresses, found by index: the last eight digits of a phone, the domain of an
-- address, the identity in another system.
ALTER TABLE contacts ADD COLUMN external_key TEXT;
CREATE INDEX contacts_external ON contacts (external_key) WHERE external_key IS NOT NULL;
CREATE INDEX contacts_wechat ON contacts (wechat) WHERE wechat IS NOT NULL;
CREATE INDEX contacts_phone_tail ON contacts (substr(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), -8)) WHERE phone IS NOT NULL;
CREATE INDEX customers_phone_tail ON customers (substr(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), -8)) WHERE phone IS NOT NULL;
CREATE INDEX contacts_domain ON contacts (substr(email, instr(email, '@') + 1)) WHERE email IS NOT NULL;
CREATE INDEX customers_domain ON customers (substr(email, instr(email, '@') + 1)) WHERE email IS NOT NULL;
CREATE INDEX customers_website ON customers (lower(website)) WHERE website IS NOT NULL;

-- Calls, mails and messages that came over the API: with whom they were, and what they were attached to.
CREATE TABLE communications (
    id BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    external_key TEXT NOT NULL,
    activity_id BLOB NOT NULL REFERENCES activities (id),
    direction TEXT NOT NULL,
    addresses TEXT NOT NULL,
    candidates TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by BLOB REFERENCES users (id),
    decided_at INTEGER
);
CREATE UNIQUE INDEX communications_once ON communications (source, external_key);
CREATE UNIQUE INDEX communications_activity ON communications (activity_id);
CREATE INDEX communications_open ON communications (id) WHERE state IN ('ambiguous', 'unmatched');
CREATE INDEX communications_decided ON communications (decided_by) WHERE decided_by IS NOT NULL;
