-- Live customers by owner and RFM scores, kept as customers are written. The nil id stands for no owner, 0 for no score,
-- an empty segment for a customer that no run has seen.
CREATE TABLE rfm_grid (
    owner UUID NOT NULL,
    segment TEXT COLLATE "C" NOT NULL,
    r BIGINT NOT NULL,
    f BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (owner, segment, r, f)
);

INSERT INTO rfm_grid (owner, segment, r, f, customers, orders, amount_minor)
SELECT coalesce(c.owner_id, '00000000-0000-0000-0000-000000000000'::uuid), coalesce(c.rfm_segment, ''), coalesce(c.rfm_r, 0),
    coalesce(c.rfm_f, 0), count(*), coalesce(sum(s.orders), 0), coalesce(sum(s.amount_minor), 0)
FROM customers c LEFT JOIN rfm_scores s ON s.customer_id = c.id
WHERE c.archived_at IS NULL
GROUP BY 1, 2, 3, 4;
