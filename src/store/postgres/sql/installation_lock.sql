-- Keeps others out until the commit, whoever asks for the same.
SELECT 1 FROM installation WHERE one = 1 FOR UPDATE;
