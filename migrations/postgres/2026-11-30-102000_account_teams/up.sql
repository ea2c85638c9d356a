-- Assessments are permitted by themselves, so that whoever serves a customer can judge it: everybody may what they might before.
UPDATE roles SET permissions = jsonb_set(permissions, '{objects,assessments}', permissions -> 'objects' -> 'customers')
    WHERE permissions -> 'objects' -> 'customers' IS NOT NULL;
UPDATE api_keys SET permissions = jsonb_set(permissions, '{objects,assessments}', permissions -> 'objects' -> 'customers')
    WHERE permissions -> 'objects' -> 'customers' IS NOT NULL;
UPDATE roles SET permissions = jsonb_set(permissions, '{objects,assessments}', '{"read":"all","create":"own","update":"own"}')
    WHERE key IN ('service', 'customer_success') AND permissions #>> '{objects,customers,read}' = 'all'
    AND coalesce(permissions #>> '{objects,customers,create}', 'none') = 'none';
INSERT INTO roles (id, version, created_at, updated_at, key, name_zh, name_en, permissions, builtin, position)
    SELECT gen_random_uuid(), 1, created_at, updated_at, 'technical', '技术支持', 'Technical support', permissions, builtin,
    (SELECT max(position) + 1 FROM roles) FROM roles WHERE key = 'service' AND NOT EXISTS (SELECT 1 FROM roles WHERE key = 'technical');
