-- Whether there is anything that keeps mail back, of each kind, at this moment.
SELECT EXISTS (SELECT 1 FROM suppression), (SELECT value > 0 FROM marker WHERE name = 'erased'), (SELECT value > 0 FROM marker WHERE name = 'refusal_grown');
