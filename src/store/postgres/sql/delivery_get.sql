-- Read to be judged and written: locked, as another node may bring evidence for it at the same moment.
SELECT state, attempt, feedback, twice, joint, changed_at, next_try, provider_id, reason, email FROM delivery WHERE key = $1::bigint FOR UPDATE;
