-- Sums kept as records are written; the nil id stands for a dimension that does not apply.
CREATE TABLE metric_totals (
    measure SMALLINT NOT NULL,
    day DATE NOT NULL,
    owner UUID NOT NULL,
    pipeline UUID NOT NULL,
    stage UUID NOT NULL,
    product UUID NOT NULL,
    bucket INTEGER NOT NULL,
    n BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    extra BIGINT NOT NULL,
    PRIMARY KEY (measure, day, owner, pipeline, stage, product, bucket)
);

CREATE TABLE rfm_scores (
    customer_id UUID NOT NULL PRIMARY KEY REFERENCES customers (id),
    last_on DATE NOT NULL,
    orders BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    r BIGINT NOT NULL,
    f BIGINT NOT NULL,
    m BIGINT NOT NULL,
    r_worse BIGINT NOT NULL,
    f_worse BIGINT NOT NULL,
    m_worse BIGINT NOT NULL,
    segment TEXT COLLATE "C" NOT NULL,
    run_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE score_snapshots (
    subject UUID NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    band TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject, model, at)
);
