//! Who takes mail for a domain, asked of the name servers this machine uses.

use std::{net::IpAddr, time::Duration};

use hickory_resolver::{
    Resolver, TokioResolver,
    config::{NameServerConfig, ResolverConfig},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::ResponseCode,
        rr::{RData, RecordType},
    },
};
use jebi_domain::{
    address::verdict::Receives,
    port::{Boxed, MailHosts},
};

/// For one question to one server, and how often it is asked.
const TIME: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 2;

/// The name servers.
pub struct NameServers {
    resolver: TokioResolver,
}

impl NameServers {
    /// Those of the system (`/etc/resolv.conf`).
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_system() -> Result<Self, NetError> {
        Self::built(Resolver::builder_tokio()?)
    }

    /// One server on this address and port, over UDP and TCP.
    ///
    /// # Errors
    /// The resolver cannot be made.
    pub fn at(ip: IpAddr, port: u16) -> Result<Self, NetError> {
        let mut server = NameServerConfig::udp_and_tcp(ip);
        server.connections.iter_mut().for_each(|connection| connection.port = port);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        Self::built(Resolver::builder_with_config(config, TokioRuntimeProvider::default()))
    }

    fn built(mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, NetError> {
        let options = builder.options_mut();
        (options.timeout, options.attempts) = (TIME, ATTEMPTS);
        // What was found is remembered by who asks, for as long as suits that.
        options.cache_size = 0;
        Ok(Self { resolver: builder.build()? })
    }

    async fn asked(&self, domain: &str) -> Receives {
        // With the dot at its end a name is not looked for in the domains of this machine.
        let name = format!("{domain}.");
        match self.resolver.lookup(&*name, RecordType::MX).await {
            Ok(found) => {
                let hosts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::MX(mx) => Some(mx.exchange.is_root()),
                    _ => None,
                });
                let hosts: Vec<bool> = hosts.collect();
                match hosts.as_slice() {
                    // A single exchange that is the root (RFC 7505 section 3).
                    [true] => Receives::Refuses,
                    [] => self.host(&name).await,
                    _ => Receives::Yes,
                }
            }
            Err(error) => match none(&error) {
                None => Receives::Unknown(error.to_string()),
                Some(ResponseCode::NXDomain) => Receives::No,
                Some(_) => self.host(&name).await,
            },
        }
    }

    /// Where there is no MX, the domain itself is the host (RFC 5321 section 5.1).
    async fn host(&self, name: &str) -> Receives {
        let mut unknown = None;
        for kind in [RecordType::A, RecordType::AAAA] {
            match self.resolver.lookup(name, kind).await {
                Ok(found) if found.answers().iter().any(|record| matches!(record.data, RData::A(_) | RData::AAAA(_))) => {
                    return Receives::Yes;
                }
                Ok(_) => {}
                Err(error) if none(&error).is_some() => {}
                Err(error) => unknown = Some(error.to_string()),
            }
        }
        unknown.map_or(Receives::No, Receives::Unknown)
    }
}

/// That there are no such records, as a server said for certain.
fn none(error: &NetError) -> Option<ResponseCode> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) => {
            Some(none.response_code)
        }
        _ => None,
    }
}

impl MailHosts for NameServers {
    fn receives(&self, domain: &str) -> Boxed<'_, Receives> {
        let domain = domain.to_owned();
        Box::pin(async move { self.asked(&domain).await })
    }
}

/// Where there are no name servers: nothing is known of any domain.
pub struct NoNameServers;

impl MailHosts for NoNameServers {
    fn receives(&self, _: &str) -> Boxed<'_, Receives> {
        Box::pin(std::future::ready(Receives::Unknown("this machine has no name servers".to_owned())))
    }
}
