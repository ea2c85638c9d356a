DELETE FROM roles WHERE key = 'technical' AND builtin = 1 AND NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = roles.id);
UPDATE api_keys SET permissions = json_remove(permissions, '$.objects.assessments');
UPDATE roles SET permissions = json_remove(permissions, '$.objects.assessments');
