//! `[tracking]`: whether opens and clicks are followed, and what is kept of readers.

use jebi_domain::track::visitor::KeepIp;

use super::{
    endpoint,
    key::Key,
    parse::{shown, word},
    reader::{Bad, Reader},
};

const OPENS: Key = Key::new("tracking.opens", &["TRACKING_OPENS"]);
const CLICKS: Key = Key::new("tracking.clicks", &["TRACKING_CLICKS"]);
const HOST: Key = Key::new("tracking.host", &["TRACKING_HOST"]);
const IP: Key = Key::new("tracking.ip", &["TRACKING_IP"]);

pub(super) const KEYS: &[&Key] = &[&OPENS, &CLICKS, &HOST, &IP];

/// Which mail is followed where neither it nor its sender's profile says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    None,
    /// Messages in the shape of the first document: a topic, `emails` and `content` (requirement S3-5).
    Document,
    Bulk,
    All,
}

/// Following opens and clicks.
#[derive(Clone, Debug)]
pub struct Tracking {
    pub opens: Which,
    pub clicks: Which,
    /// How readers reach this server for pictures and links, without a slash at the end; `None` for `server.url`.
    pub host: Option<String>,
    /// What is kept of readers' addresses.
    pub ip: KeepIp,
}

pub(super) fn read(r: &mut Reader) -> Option<Tracking> {
    let opens = r.must(&OPENS, word(&[("document", Which::Document), ("bulk", Which::Bulk), ("all", Which::All), ("none", Which::None)]));
    let clicks = r.must(&CLICKS, word(&[("none", Which::None), ("bulk", Which::Bulk), ("all", Which::All)]));
    let host = r.may(&HOST, host);
    let kinds = [("shortened", KeepIp::Shortened), ("hashed", KeepIp::Hashed), ("full", KeepIp::Full), ("none", KeepIp::None)];
    let ip = r.must(&IP, word(&kinds));
    Some(Tracking { opens: opens?, clicks: clicks?, host: host?, ip: ip? })
}

fn host(text: &str) -> Result<String, Bad> {
    let url = endpoint::bare_or_url(text)?;
    if endpoint::is_loopback(&url) {
        let fault = format!("{} is this machine itself, which readers of mail cannot reach", shown(text));
        return Err(Bad::new(fault, "name a host the world reaches this server by, such as click.example.com"));
    }
    Ok(url)
}
