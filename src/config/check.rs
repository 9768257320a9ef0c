//! What sections contradict in each other, and what is probably not meant.

use super::{
    Account, Attachments, Database, ProviderConfig, ProviderKind, Sending, Server, attachments, database, endpoint,
    layers::Layers,
    names,
    reader::{Bad, Reader},
    sending, server, ses,
};

/// Faults that show only where two sections meet.
pub(super) fn together(r: &mut Reader, server: Option<&Server>, database: Option<&Database>, providers: &[ProviderConfig]) {
    let Some(server) = server else { return };
    let either = "make the one smaller, or the other larger";
    if server.sync_wait >= server.request_timeout {
        let (wait, timeout) = (server.sync_wait.as_secs(), server.request_timeout.as_secs());
        let fault = format!("is {wait} s, but a request is broken off after {timeout} s ({})", r.written(&server::TIMEOUT));
        r.refuse(r.written(&server::SYNC_WAIT), Bad::new(fault, either));
    }
    if server.max_bodies_bytes < server.max_body_bytes {
        let (one, all) = (server.max_body_bytes, server.max_bodies_bytes);
        let fault = format!("is {one} bytes, but all bodies together may have only {all} ({})", r.written(&server::BODIES));
        r.refuse(r.written(&server::MAX_BODY), Bad::new(fault, either));
    }
    if let Some(database) = database
        && database.writer_queue_bytes < server.max_body_bytes
    {
        let (body, queue) = (server.max_body_bytes, database.writer_queue_bytes);
        let fault = format!("is {body} bytes, but only {queue} may wait for the writer ({})", r.written(&database::WRITER_QUEUE));
        r.refuse(r.written(&server::MAX_BODY), Bad::new(fault, either));
    }
    for provider in providers {
        let Account::Ses(ses) = &provider.account else { continue };
        let Some(endpoint) = ses.endpoint.as_deref().filter(|endpoint| endpoint::is_ourselves(endpoint, server)) else { continue };
        let fault = format!("{endpoint} is Jebi itself, so mail would go round in a circle");
        let written = if r.layers.providers().is_empty() {
            r.written(&ses::ENDPOINT)
        } else {
            r.within(&provider.name, |r| r.written(&ses::ENDPOINT))
        };
        r.refuse(written, Bad::new(fault, "leave it out to send through AWS, or name another service"));
    }
}

/// One file of the largest size has to fit into an upload, with what a form puts around it.
pub(super) fn uploads(r: &mut Reader, of: Option<&Attachments>) {
    let Some(of) = of.filter(|of| of.max_upload_bytes < of.max_size_bytes + FORM) else { return };
    let (file, upload) = (of.max_size_bytes, of.max_upload_bytes);
    let fault =
        format!("is {upload} bytes, but one file may have {file} ({}), and a form needs {FORM} more", r.written(&attachments::MAX_SIZE));
    r.refuse(r.written(&attachments::MAX_UPLOAD), Bad::new(fault, "make the one smaller, or the other larger"));
}

/// Bytes a form has beside one file.
const FORM: u64 = 4_096;

/// What a start goes on with, but somebody should look at.
pub(super) fn warnings(layers: &Layers, server: &Server, database: &Database, sending: &Sending) -> Vec<String> {
    let mut warnings: Vec<String> = database::unused_data_dir(layers, database).into_iter().chain(database::unused_parts(layers)).collect();
    let chosen = layers.get(&sending::PROVIDER).is_some() || !layers.providers().is_empty();
    if !chosen && sending.provider == ProviderKind::Local && !server.host.is_loopback() {
        warnings.push(format!(
            "mail stays in the local inbox, for no provider is set, but the server listens on {} and can be reached from other machines; \
             set PROVIDER=ses to send it, or PROVIDER=local if this is meant",
            server.host
        ));
    }
    if let Some(list) = &sending.recipient_allowlist {
        let written = layers.get(&sending::ALLOWLIST).map_or("RECIPIENT_ALLOWLIST", |entry| entry.written.as_str());
        warnings
            .push(format!("{written} is set: only {list} may be mailed, and mail to anybody else is refused; remove it to mail everybody"));
    }
    for flag in &layers.exposed {
        warnings.push(format!(
            "{flag}: the secret can be read by every user of this machine (process list); put it into the environment or a file"
        ));
    }
    let unseen = names::unseen_by_aws(layers);
    if !unseen.is_empty() {
        warnings.push(format!(
            "{} in .env is not seen by the AWS credential chain, which reads the real environment only; export it there if it is meant",
            unseen.join(", ")
        ));
    }
    warnings
}
