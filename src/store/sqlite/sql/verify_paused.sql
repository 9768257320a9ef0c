-- A topic's pause stands in its own row alone, where claims read it: there is no second place to differ.
SELECT name, paused_at, paused_at FROM topic WHERE false;
