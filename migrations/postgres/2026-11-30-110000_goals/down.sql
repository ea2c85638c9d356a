UPDATE roles SET permissions = jsonb_set(permissions, '{objects,goals}', '{"read":"all","create":"own","update":"own","archive":"none","export":"none","import":"none"}')
    WHERE key = 'manager' AND permissions #>> '{objects,goals,read}' = 'subtree' AND permissions #>> '{objects,goals,create}' = 'subtree';
UPDATE roles SET permissions = jsonb_set(permissions, '{objects,goals}', '{"read":"all","create":"none","update":"none","archive":"none","export":"none","import":"none"}')
    WHERE key IN ('representative', 'marketing', 'service', 'customer_success', 'technical', 'finance') AND permissions #>> '{objects,goals,read}' = 'own' AND permissions #>> '{objects,goals,create}' = 'own';
UPDATE api_keys SET permissions = permissions #- '{objects,incentives}';
UPDATE roles SET permissions = permissions #- '{objects,incentives}';
