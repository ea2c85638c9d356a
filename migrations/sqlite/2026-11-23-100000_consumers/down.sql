DROP TABLE consumer_failures;
DROP TABLE consumers;
