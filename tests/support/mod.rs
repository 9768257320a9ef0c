//! What several areas' tests share.

pub mod api;
pub mod chaos;
pub mod fake_ses;
pub mod guard;
pub mod http;
pub mod machine;
pub mod moto;
pub mod pgbouncer;
pub mod postfix;
pub mod postgres;
pub mod reports;
pub mod server;
pub mod ses_stub;
pub mod site;
pub mod smtp_stub;
pub mod sns;
pub mod sns_world;
pub mod test_ca;
pub mod wait;
pub mod webhooks;
