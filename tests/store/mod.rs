//! The store conformance suite: every test is a function over a [`support::Fixture`] and runs for every engine. What only one
//! engine has (its files, its migrations) is tested in a module of its own.

#[macro_use]
mod support;
mod takeover;

mod accept;
mod between;
mod cancel;
mod claim;
mod consents;
mod crossed;
mod damage;
mod engagement;
mod envelopes;
mod evidence;
mod feedback;
mod feedback_order;
mod feedback_unmatched;
mod files;
mod files_together;
mod guard;
mod hooks;
mod hooks_called;
mod idempotency;
mod joint;
mod joint_over_smtp;
mod keys;
mod list;
mod model;
mod moving;
mod nodes;
mod notices;
mod operator;
mod personal;
mod postgres;
mod postgres_connect;
mod privacy;
mod property;
mod reclaim;
mod refusals;
mod reputation;
mod reputation_nodes;
mod results;
mod results_again;
mod senders;
mod settle;
mod sources;
mod sqlite;
mod suppression;
mod suppression_list;
mod templates;
mod together;
mod transfer;
mod unheard;
mod upgrade;
mod verify;
