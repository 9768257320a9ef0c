//! `[addresses]`: what is known of addresses besides their form.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use jebi_domain::address::disposable::{Disposable, Policy};

use super::{
    key::Key,
    parse::{shown, word},
    reader::{Bad, Reader},
};

/// Where name servers listen (RFC 1035 section 4.2).
const PORT: u16 = 53;

const DISPOSABLE: Key = Key::new("addresses.disposable", &["JEBI_DISPOSABLE"]);
const DOMAINS: Key = Key::new("addresses.disposable_domains", &["JEBI_DISPOSABLE_DOMAINS"]);
const NAME_SERVER: Key = Key::new("addresses.name_server", &["JEBI_NAME_SERVER"]);

pub(super) const KEYS: &[&Key] = &[&DISPOSABLE, &DOMAINS, &NAME_SERVER];

/// What is known of addresses.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// What is done with disposable ones.
    pub policy: Policy,
    pub disposable: Arc<Disposable>,
    /// Who is asked whether domains take mail; `None` for the name servers of the system.
    pub name_server: Option<SocketAddr>,
}

pub(super) fn read(r: &mut Reader) -> Option<Addresses> {
    let policy = r.must(&DISPOSABLE, word(&[("refuse", Policy::Refuse), ("warn", Policy::Warn), ("allow", Policy::Allow)]));
    let disposable = r.may(&DOMAINS, domains);
    let name_server = r.may(&NAME_SERVER, name_server);
    Some(Addresses { policy: policy?, disposable: Arc::new(disposable?.unwrap_or_default()), name_server: name_server? })
}

fn domains(file: &str) -> Result<Disposable, Bad> {
    let remedy = "name a text file with a domain a line; !domain takes one out of the list that is shipped";
    let text = fs::read_to_string(file).map_err(|e| Bad::new(format!("{} cannot be read: {e}", shown(file)), remedy))?;
    Disposable::read(&text).map_err(|(line, what)| Bad::new(format!("{}: line {line} is no domain: {}", shown(file), shown(&what)), remedy))
}

fn name_server(text: &str) -> Result<SocketAddr, Bad> {
    let alone = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT));
    alone.or_else(|_| text.parse()).map_err(|_| {
        let remedy = "write an address such as 192.0.2.53, or with a port 192.0.2.53:5353; leave it out for those of the system";
        Bad::new(format!("{} is not the address of a name server", shown(text)), remedy)
    })
}
