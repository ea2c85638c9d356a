DROP TABLE incentive_reads;
DROP TABLE incentives;
DROP TABLE competitor_alerts;
