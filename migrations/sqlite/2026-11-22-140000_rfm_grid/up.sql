-- Live customers by owner and RFM scores, kept as customers are written. The nil id stands for no owner, 0 for no score,
-- an empty segment for a customer that no run has seen.
CREATE TABLE rfm_grid (
    owner BLOB NOT NULL,
    segment TEXT NOT NULL,
    r INTEGER NOT NULL,
    f INTEGER NOT NULL,
    customers INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (owner, segment, r, f)
) WITHOUT ROWID;

INSERT INTO rfm_grid (owner, segment, r, f, customers, orders, amount_minor)
SELECT coalesce(c.owner_id, zeroblob(16)), coalesce(c.rfm_segment, ''), coalesce(c.rfm_r, 0), coalesce(c.rfm_f, 0), count(*),
    coalesce(sum(s.orders), 0), coalesce(sum(s.amount_minor), 0)
FROM customers c LEFT JOIN rfm_scores s ON s.customer_id = c.id
WHERE c.archived_at IS NULL
GROUP BY 1, 2, 3, 4;
