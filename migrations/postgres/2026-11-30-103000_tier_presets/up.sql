-- Whose services the tiers have was told from the amounts until now.
UPDATE score_settings SET document = jsonb_set(document, '{preset}', CASE
    WHEN (document ->> 'strategic_above_minor')::numeric = 50000000 AND (document ->> 'growth_from_minor')::numeric = 10000000
    THEN '"enterprise"'::jsonb ELSE '"saas"'::jsonb END) WHERE model = 'tiers';
