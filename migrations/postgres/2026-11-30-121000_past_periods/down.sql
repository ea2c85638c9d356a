DROP INDEX score_snapshots_grade;
