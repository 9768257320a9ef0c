//! End to end, one story a file.

mod access_acts_are_written_down;
mod access_bounds_what_is_taken;
mod access_daily_limits_hold;
mod access_keys_allow_only_what_they_say;
mod access_networks_and_proxies;
mod access_over_tls;
mod access_tokens_stand_in_for_keys;
mod api_answers_for_machines;
mod api_answers_whoever_sends_too_much;
mod api_cancels_and_pauses;
mod api_finds_mail;
mod api_guards_the_door;
mod api_keeps_its_description;
mod api_lists_what_became_of_mail;
mod api_mails_only_whom_it_may;
mod api_refuses_what_will_never_go;
mod api_repeats_without_doubling;
mod api_reports_each_address;
mod api_reschedules;
mod api_sends_again;
mod api_shows_its_description;
mod api_speaks_korean;
mod api_takes_the_documents_example;
mod api_waits_when_it_cannot_write;
