DELETE FROM roles WHERE key = 'technical' AND builtin AND NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = roles.id);
UPDATE api_keys SET permissions = permissions #- '{objects,assessments}';
UPDATE roles SET permissions = permissions #- '{objects,assessments}';
