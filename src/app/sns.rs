//! From the configuration to what takes events of SNS and SQS.

use std::{path::PathBuf, sync::Arc};

use jebi_domain::{
    port::{
        Clock, Store,
        sns::{EventQueue, Web},
    },
    refusal::Fault,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::{
    config::{Account, Config, Queue, Ses},
    provider::aws::{self, AwsAccount, HttpsWeb, Keys, SqsQueue, StsAccounts},
    service::{
        feedback::{FeedbackIntake, FeedbackSettings},
        sns::{Outside, Settings, Sns},
    },
    worker::{self, watch::Watch},
};

/// Makes what takes reports of sent mail in, and what takes those that SNS brings; `web` in place of the real one.
///
/// # Errors
/// A store that does not answer.
pub(super) async fn make(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    web: Option<Arc<dyn Web>>,
) -> Result<(Arc<FeedbackIntake>, Arc<Sns>), StartError> {
    let kept = FeedbackSettings { kept: config.feedback.unmatched_kept, kept_rows: config.feedback.unmatched_max_rows };
    let feedback = Arc::new(FeedbackIntake::new(Arc::clone(store), Arc::clone(clock), kept));
    let trusted = config.sns.trusted_roots.clone();
    let web = web.unwrap_or_else(|| Arc::new(HttpsWeb::new(ca_bundle(config), config.sns.certificates.clone())));
    let events = Arc::clone(&feedback);
    let outside = Outside { web, events, roots: Box::new(move || aws::roots(trusted.as_deref())) };
    let sns = Arc::new(Sns::new(Arc::clone(store), Arc::clone(clock), outside, settings(config, clock)));
    sns.start().await.map_err(|e| StartError::Keys(e.to_string()))?;
    Ok((feedback, sns))
}

/// What a reload changes.
pub(super) fn settings(config: &Config, clock: &Arc<dyn Clock>) -> Settings {
    let accounts = ses_accounts(config).map(|ses| account(ses, config.sns.sts_endpoint.clone()));
    Settings { listed: config.sns.topic_arns.clone(), own: Arc::new(StsAccounts::new(accounts.collect(), Arc::clone(clock))) }
}

/// The queues events are taken out of.
pub(super) async fn queues(config: &Config) -> Result<Vec<Arc<dyn EventQueue>>, StartError> {
    let mut queues: Vec<Arc<dyn EventQueue>> = Vec::with_capacity(config.sns.queues.len());
    for Queue { url, region } in &config.sns.queues {
        let endpoint = config.sns.sqs_endpoint.clone();
        // One without a region comes with an SES account: the configuration was checked.
        let ours = match ses_accounts(config).next() {
            Some(ses) => AwsAccount { region: region.clone().unwrap_or_else(|| ses.region.clone()), ..account(ses, endpoint) },
            None => AwsAccount { region: region.clone().unwrap_or_default(), endpoint, keys: None, ca_bundle: None },
        };
        queues.push(Arc::new(SqsQueue::new(url.clone(), &ours).await.map_err(fault)?));
    }
    Ok(queues)
}

/// Sets going what runs beside the requests.
pub(super) fn run(
    sns: &Arc<Sns>,
    queues: Vec<Arc<dyn EventQueue>>,
    clock: &Arc<dyn Clock>,
    stop: &CancellationToken,
    watch: &Watch,
) -> Vec<JoinHandle<()>> {
    let kept = worker::sns::run(Arc::clone(sns), Arc::clone(clock), stop.clone());
    let mut running = vec![tokio::spawn(watch.clone().over("sns", kept))];
    for queue in queues {
        let taken = worker::queue::run(queue, Arc::clone(sns), Arc::clone(clock), stop.clone());
        running.push(tokio::spawn(watch.clone().over("queue", taken)));
    }
    running
}

fn ses_accounts(config: &Config) -> impl Iterator<Item = &Ses> {
    config.providers.iter().filter_map(|provider| if let Account::Ses(ses) = &provider.account { Some(ses.as_ref()) } else { None })
}

fn account(ses: &Ses, endpoint: Option<String>) -> AwsAccount {
    let keys = ses.credentials.as_ref().map(|keys| Keys {
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.reveal().to_owned(),
        session_token: keys.session_token.as_ref().map(|token| token.reveal().to_owned()),
    });
    AwsAccount { region: ses.region.clone(), endpoint, keys, ca_bundle: ses.ca_bundle.clone() }
}

fn ca_bundle(config: &Config) -> Option<PathBuf> {
    ses_accounts(config).find_map(|ses| ses.ca_bundle.clone())
}

fn fault(Fault { field, fault, remedy, .. }: Fault) -> StartError {
    StartError::Provider { field, fault, remedy }
}
