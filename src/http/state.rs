//! What the handlers use.

use std::sync::Arc;

use jebi_domain::port::{Clock, Random};
use metrics_exporter_prometheus::PrometheusHandle;

use super::access::load::Load;
use crate::service::{
    accept::Accept, access::Access, addresses::Addresses, admin::Admin, alerts::Alerts, attempts::Attempts, audit::Audit, cancel::Cancel,
    consents::Consents, feedback::FeedbackIntake, figures::Figures, files::Files, forecast::Forecast, hooks::Hooks, inbox::InboxReader,
    keys::Keys, links::LinkKeys, nodes::Nodes, privacy::Privacy, profiles::Profiles, providers::Providers, ready::Ready,
    refusals::Refusals, reload::Reload, repeat::Repeats, reputation::Reputation, reschedule::Reschedule, results::Results, retry::Retry,
    search::Search, sns::Sns, stray::Strays, suppression::Suppressions, templates::Templates, times::Times, tokens::Tokens,
    tracking::Tracking, usage::Usage,
};

/// What the operator decided about HTTP.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Largest request body, in bytes.
    pub body_limit: usize,
    /// Largest body of an upload or of a form with files, in bytes.
    pub upload_limit: u64,
    /// Where files are put while they are worked on.
    pub scratch: std::path::PathBuf,
    /// How long a request's body may take to arrive.
    pub body_time: std::time::Duration,
    /// Whether whoever sits at this machine reads the local inbox without a key.
    pub keyless_inbox: bool,
}

/// The services, made by the composition root.
pub struct Services {
    pub accept: Arc<Accept>,
    pub files: Arc<Files>,
    pub search: Search,
    pub cancel: Cancel,
    pub results: Results,
    pub retry: Retry,
    pub reschedule: Reschedule,
    pub repeats: Repeats,
    pub times: Times,
    pub keys: Arc<Keys>,
    pub profiles: Arc<Profiles>,
    /// What links in mail are signed with; `None` where this process has no secret.
    pub links: Option<Arc<LinkKeys>>,
    pub refusals: Refusals,
    pub privacy: Privacy,
    pub tracking: Arc<Tracking>,
    pub consents: Arc<Consents>,
    pub hooks: Arc<Hooks>,
    pub suppressions: Arc<Suppressions>,
    pub addresses: Arc<Addresses>,
    pub tokens: Tokens,
    pub access: Arc<Access>,
    pub attempts: Attempts,
    pub usage: Arc<Usage>,
    pub audit: Audit,
    pub admin: Admin,
    pub nodes: Nodes,
    pub reputation: Arc<Reputation>,
    pub alerts: Arc<Alerts>,
    pub inbox: InboxReader,
    pub figures: Figures,
    /// Takes reports of sent mail in, from all ways.
    pub feedback: Arc<FeedbackIntake>,
    pub providers: Arc<dyn Providers>,
    pub forecast: Forecast,
    pub strays: Strays,
    pub templates: Arc<Templates>,
    pub sns: Arc<Sns>,
    /// Takes over a changed configuration; a server only.
    pub reload: Option<Arc<dyn Reload>>,
    pub ready: Ready,
    pub metrics: PrometheusHandle,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: HttpSettings,
    pub load: Load,
}

/// Shared by all requests.
pub type AppState = Arc<Services>;
