-- What a customer did belongs to whom the customer belongs to, also where the customer changed hands after it.
UPDATE behaviours SET owner_id = (SELECT c.owner_id FROM customers c WHERE c.id = behaviours.customer_id)
WHERE customer_id IS NOT NULL AND owner_id IS DISTINCT FROM (SELECT c.owner_id FROM customers c WHERE c.id = behaviours.customer_id);
