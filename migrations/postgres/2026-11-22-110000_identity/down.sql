DROP TABLE api_keys;
DROP TABLE sessions;
DROP TABLE user_roles;
DROP TABLE roles;
DROP TABLE login_attempts;
DROP TABLE credentials;
