//! `[inbox]`: who reads the local inbox.

use super::{Access, Server, endpoint, key::Key, parse::word, reader::Reader};

const KEYLESS: Key = Key::new("inbox.keyless", &["JEBI_INBOX_KEYLESS"]);

pub(super) const KEYS: &[&Key] = &[&KEYLESS];

/// The local inbox.
#[derive(Clone, Copy, Debug)]
pub struct Inbox {
    /// Whether whoever sits at this machine reads it without a key.
    pub keyless: bool,
}

pub(super) fn read(r: &mut Reader) -> Option<Inbox> {
    let keyless = r.must(&KEYLESS, word(&[("true", true), ("false", false)]));
    Some(Inbox { keyless: keyless? })
}

impl Inbox {
    /// A server behind a declared proxy, or that others reach by a name of its own, has a proxy on the same machine as a rule: there
    /// a peer on this machine may be anybody.
    pub(super) fn beside(self, server: &Server, access: &Access) -> Self {
        let is_alone = access.trusted_proxies.is_empty() && server.url.as_deref().is_none_or(endpoint::is_loopback);
        Self { keyless: self.keyless && is_alone }
    }
}
