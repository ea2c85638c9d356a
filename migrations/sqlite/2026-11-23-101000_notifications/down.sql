DROP TABLE mails;
DROP TABLE notification_preferences;
DROP TABLE notifications;
