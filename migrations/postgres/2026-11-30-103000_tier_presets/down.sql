UPDATE score_settings SET document = document - 'preset' WHERE model = 'tiers';
