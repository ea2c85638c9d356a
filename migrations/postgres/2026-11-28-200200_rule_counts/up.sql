-- How often each rule acted, by day since 1970 and outcome: a busy rule has millions of runs, which nobody is to count for a list.
CREATE TABLE rule_counts (
    rule_id UUID NOT NULL REFERENCES rules (id),
    day BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, rule_id, outcome)
);
CREATE INDEX rule_counts_rule ON rule_counts (rule_id);
INSERT INTO rule_counts (rule_id, day, outcome, n) SELECT rule_id, floor(extract(epoch FROM at) / 86400)::bigint, outcome, count(*) FROM rule_runs GROUP BY 1, 2, 3;
