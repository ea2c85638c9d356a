UPDATE score_settings SET document = json_remove(document, '$.preset') WHERE model = 'tiers';
