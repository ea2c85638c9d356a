-- Whose services the tiers have was told from the amounts until now.
UPDATE score_settings SET document = json_set(document, '$.preset', CASE
    WHEN json_extract(document, '$.strategic_above_minor') = 50000000 AND json_extract(document, '$.growth_from_minor') = 10000000
    THEN 'enterprise' ELSE 'saas' END) WHERE model = 'tiers';
