INSERT INTO suppression_account (provider, read_to) VALUES (?1, ?2) ON CONFLICT (provider) DO UPDATE SET read_to = excluded.read_to;
