-- For a writer's connection, where it has a session of its own. All its statements are look-ups by key; a plan made for small or uncounted
-- tables must not become a scan of large ones. What a frozen node holds is let go after a while.
SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
    set_config('enable_bitmapscan', 'off', false),
    set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false),
    set_config('idle_in_transaction_session_timeout', '10000', false);
