SELECT name, verdict, first_seen_at, confirmed_at, asked_url, asked_at, next_try_at, tries, fault, unsubscribed_at, last_event_at, events FROM event_source ORDER BY name;
