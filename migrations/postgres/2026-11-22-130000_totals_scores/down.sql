DROP TABLE score_snapshots;
DROP TABLE rfm_scores;
DROP TABLE metric_totals;
