DROP TABLE rule_counts;
