//! Jebi: a self-hosted email sending server.
//!
//! | module | owns | may use |
//! |---|---|---|
//! | [`app`] | the composition root: the only place that names concrete stores and providers | everything |
//! | [`lifecycle`] | signals, the two-step stop, readiness | domain |
//! | [`server`] | listening: TCP and the control socket | http, lifecycle, domain |
//! | [`system`] | the real clock and randomness | domain |
//! | [`config`] | defaults < file < environment < flags | domain, words |
//! | [`service`] | use cases over ports | domain, markup, observe |
//! | [`markup`] | MJML into HTML, style sheets into attributes | domain |
//! | [`worker`] | loops only, no rules | service, domain, observe, crash_point |
//! | [`store`] | the queue on disk | domain, observe, crash_point |
//! | [`provider`] | SES, SMTP, local inbox | domain, observe |
//! | [`table`] | recipients out of CSV texts and workbooks | domain |
//! | [`http`] | the native API | service, domain, observe, table, words |
//! | [`webhook`] | calls to endpoints over the network | domain |
//! | [`observe`] | logs, metrics | domain |
//! | [`crash_point`] | places to die at, for tests | domain |
//! | [`words`] | texts for people in English and Korean | |
//! | [`cli`] | one file per command | app, config, http, lifecycle, markup, observe, service, system, table, words |
//!
//! `tests/arch.rs` holds the code to this table.

pub mod app;
pub mod cli;
pub mod config;
pub mod crash_point;
pub mod http;
pub mod lifecycle;
pub mod markup;
pub mod observe;
pub mod provider;
pub mod server;
pub mod service;
pub mod store;
pub mod system;
pub mod table;
pub mod webhook;
pub mod words;
pub mod worker;
