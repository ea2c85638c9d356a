-- Incentives were permitted with goals: everybody keeps of them what they had.
UPDATE roles SET permissions = json_set(permissions, '$.objects.incentives', json_extract(permissions, '$.objects.goals')) WHERE json_extract(permissions, '$.objects.goals') IS NOT NULL;
UPDATE api_keys SET permissions = json_set(permissions, '$.objects.incentives', json_extract(permissions, '$.objects.goals')) WHERE json_extract(permissions, '$.objects.goals') IS NOT NULL;
-- Where the shipped roles are as they were shipped.
UPDATE roles SET version = version + 1, permissions = json_set(permissions, '$.objects.goals', json('{"read":"own","create":"own","update":"own","archive":"own","export":"none","import":"none"}'))
    WHERE key IN ('representative', 'marketing', 'service', 'customer_success', 'technical', 'finance') AND json_extract(permissions, '$.objects.goals.read') = 'all' AND coalesce(json_extract(permissions, '$.objects.goals.create'), 'none') = 'none';
UPDATE roles SET version = version + 1, permissions = json_set(permissions, '$.objects.goals', json('{"read":"subtree","create":"subtree","update":"subtree","archive":"subtree","export":"none","import":"none"}'))
    WHERE key = 'manager' AND json_extract(permissions, '$.objects.goals.read') = 'all' AND json_extract(permissions, '$.objects.goals.create') = 'own';
