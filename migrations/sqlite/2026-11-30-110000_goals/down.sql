UPDATE roles SET permissions = json_set(permissions, '$.objects.goals', json('{"read":"all","create":"own","update":"own","archive":"none","export":"none","import":"none"}'))
    WHERE key = 'manager' AND json_extract(permissions, '$.objects.goals.read') = 'subtree' AND json_extract(permissions, '$.objects.goals.create') = 'subtree';
UPDATE roles SET permissions = json_set(permissions, '$.objects.goals', json('{"read":"all","create":"none","update":"none","archive":"none","export":"none","import":"none"}'))
    WHERE key IN ('representative', 'marketing', 'service', 'customer_success', 'technical', 'finance') AND json_extract(permissions, '$.objects.goals.read') = 'own' AND json_extract(permissions, '$.objects.goals.create') = 'own';
UPDATE api_keys SET permissions = json_remove(permissions, '$.objects.incentives');
UPDATE roles SET permissions = json_remove(permissions, '$.objects.incentives');
