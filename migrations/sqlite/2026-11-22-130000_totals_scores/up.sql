-- Sums kept as records are written; the nil id stands for a dimension that does not apply.
CREATE TABLE metric_totals (
    measure INTEGER NOT NULL,
    day TEXT NOT NULL,
    owner BLOB NOT NULL,
    pipeline BLOB NOT NULL,
    stage BLOB NOT NULL,
    product BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    n INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    extra INTEGER NOT NULL,
    PRIMARY KEY (measure, day, owner, pipeline, stage, product, bucket)
) WITHOUT ROWID;

CREATE TABLE rfm_scores (
    customer_id BLOB NOT NULL PRIMARY KEY REFERENCES customers (id),
    last_on TEXT NOT NULL,
    orders INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    r INTEGER NOT NULL,
    f INTEGER NOT NULL,
    m INTEGER NOT NULL,
    r_worse INTEGER NOT NULL,
    f_worse INTEGER NOT NULL,
    m_worse INTEGER NOT NULL,
    segment TEXT NOT NULL,
    run_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE score_snapshots (
    subject BLOB NOT NULL,
    model TEXT NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    band TEXT NOT NULL,
    PRIMARY KEY (subject, model, at)
) WITHOUT ROWID;
