UPDATE roles SET permissions = permissions #- '{objects,rules}' #- '{objects,webhooks}' #- '{objects,operations}';
DROP TABLE rule_runs;
DROP TABLE rule_versions;
DROP TABLE rules;
