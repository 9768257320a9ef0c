//! End to end, one story a file.

mod access_acts_are_written_down;
mod access_daily_limits_hold;
mod access_keys_allow_only_what_they_say;
mod access_networks_and_proxies;
mod access_tokens_stand_in_for_keys;
mod api_answers_for_machines;
mod api_answers_whoever_sends_too_much;
mod api_cancels_and_pauses;
mod api_guards_the_door;
mod api_lists_what_became_of_mail;
mod api_plans_the_quota;
mod api_refuses_unverified_senders;
mod api_refuses_what_will_never_go;
mod api_reloads;
mod api_repeats_without_doubling;
mod api_reports_each_address;
mod api_routes_by_sender;
mod api_takes_the_documents_example;
mod api_waits_when_it_cannot_write;
mod ses_server;
