INSERT INTO visit_batch (source, no, at) VALUES (?1, ?2, ?3)
ON CONFLICT (source) DO UPDATE SET no = excluded.no, at = excluded.at WHERE visit_batch.no < excluded.no;
