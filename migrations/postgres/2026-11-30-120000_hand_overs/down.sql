DELETE FROM record_links WHERE field = 'account_team_ids';
DROP TABLE hand_overs;
