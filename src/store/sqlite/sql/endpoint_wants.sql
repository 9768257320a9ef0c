SELECT no, body FROM endpoint WHERE disabled_at IS NULL AND removed_at IS NULL ORDER BY no;
