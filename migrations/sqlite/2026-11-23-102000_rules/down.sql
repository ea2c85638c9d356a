UPDATE roles SET permissions = json_remove(permissions, '$.objects.rules', '$.objects.webhooks', '$.objects.operations');
DROP TABLE rule_runs;
DROP TABLE rule_versions;
DROP TABLE rules;
