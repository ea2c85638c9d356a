-- Incentives were permitted with goals: everybody keeps of them what they had.
UPDATE roles SET permissions = jsonb_set(permissions, '{objects,incentives}', permissions #> '{objects,goals}') WHERE permissions #> '{objects,goals}' IS NOT NULL;
UPDATE api_keys SET permissions = jsonb_set(permissions, '{objects,incentives}', permissions #> '{objects,goals}') WHERE permissions #> '{objects,goals}' IS NOT NULL;
-- Where the shipped roles are as they were shipped.
UPDATE roles SET version = version + 1, permissions = jsonb_set(permissions, '{objects,goals}', '{"read":"own","create":"own","update":"own","archive":"own","export":"none","import":"none"}')
    WHERE key IN ('representative', 'marketing', 'service', 'customer_success', 'technical', 'finance') AND permissions #>> '{objects,goals,read}' = 'all' AND coalesce(permissions #>> '{objects,goals,create}', 'none') = 'none';
UPDATE roles SET version = version + 1, permissions = jsonb_set(permissions, '{objects,goals}', '{"read":"subtree","create":"subtree","update":"subtree","archive":"subtree","export":"none","import":"none"}')
    WHERE key = 'manager' AND permissions #>> '{objects,goals,read}' = 'all' AND permissions #>> '{objects,goals,create}' = 'own';
