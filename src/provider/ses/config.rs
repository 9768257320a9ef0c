//! What an SES account needs to be told, and whether it holds together.

use std::{fmt, path::PathBuf, time::Duration};

use http::Uri;
use jebi_domain::refusal::Fault;

/// Longest configuration set name (SES API v2, `ConfigurationSetName`).
const MAX_CONFIGURATION_SET: usize = 64;

/// One SES account in one region.
#[derive(Clone, Debug)]
pub struct SesConfig {
    /// The name it has in the configuration.
    pub name: String,
    /// For example `ap-northeast-2`.
    pub region: String,
    /// `https://host[:port][/path]`; `None` for the region's own.
    pub endpoint: Option<String>,
    /// Fixed keys; `None` for the chain of the AWS SDK (environment, profile, web identity, task and instance roles).
    pub credentials: Option<StaticCredentials>,
    /// Named in every request when set.
    pub configuration_set: Option<String>,
    /// PEM file of further certificate authorities to trust, beside the system's.
    pub ca_bundle: Option<PathBuf>,
    pub timeouts: Timeouts,
}

/// Keys given by hand.
#[derive(Clone)]
pub struct StaticCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Only temporary keys have one.
    pub session_token: Option<String>,
}

/// Masked: the secrets never reach a log.
impl fmt::Debug for StaticCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticCredentials({})", self.access_key_id)
    }
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Name look-up, TCP and TLS together.
    pub connect: Duration,
    /// From the first byte written to the last byte of the answer.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), answer: Duration::from_secs(30) }
    }
}

/// Where requests go, taken apart once.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub tls: bool,
    /// Without brackets, as name look-up wants it.
    pub host: String,
    pub port: u16,
    /// The `Host` header: without the scheme's own port.
    pub authority: String,
    /// Scheme, authority and path prefix, without a slash at the end.
    pub base: String,
    /// Path prefix, empty or `/…`.
    pub prefix: String,
}

impl SesConfig {
    /// The endpoint, taken apart.
    ///
    /// # Errors
    /// The first field that does not hold, with the remedy.
    pub(super) fn target(&self) -> Result<Target, Fault> {
        check_region(&self.region)?;
        check_configuration_set(self.configuration_set.as_deref())?;
        match &self.endpoint {
            Some(url) => Target::parse(url),
            None => Target::parse(&format!("https://email.{}.{}", self.region, suffix(&self.region))),
        }
    }
}

/// China has a domain of its own (AWS General Reference, service endpoints).
fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn check_region(region: &str) -> Result<(), Fault> {
    let good = !region.is_empty() && region.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    if good {
        return Ok(());
    }
    Err(Fault::new("region", "invalid_region", format!("`{region}` is no AWS region"), "write it as in `ap-northeast-2`"))
}

fn check_configuration_set(name: Option<&str>) -> Result<(), Fault> {
    let Some(name) = name else { return Ok(()) };
    let fits = !name.is_empty() && name.len() <= MAX_CONFIGURATION_SET;
    if fits && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_') {
        return Ok(());
    }
    let fault = format!("`{name}` cannot be the name of a configuration set");
    Err(Fault::new("configuration_set", "invalid_configuration_set", fault, "use 1 to 64 letters, digits, `-` or `_`, or leave it out"))
}

impl Target {
    fn parse(url: &str) -> Result<Self, Fault> {
        let bad = |fault: String| {
            Fault::new("endpoint", "invalid_endpoint", fault, "write it as in `https://email.ap-northeast-2.amazonaws.com`")
        };
        let uri: Uri = url.parse().map_err(|e| bad(format!("`{url}` is no URL: {e}")))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad(format!("`{url}` has neither `https://` nor `http://`"))),
        };
        let authority = uri.authority().ok_or_else(|| bad(format!("`{url}` names no host")))?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(bad("the endpoint has a user name or a query, and may have neither".to_owned()));
        }
        let own = if tls { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(own);
        let name = authority.host();
        let shown = if port == own { name.to_owned() } else { format!("{name}:{port}") };
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let base = format!("{}://{shown}{prefix}", if tls { "https" } else { "http" });
        let host = name.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(bad(format!("`{url}` names no host")));
        }
        Ok(Self { tls, host, port, authority: shown, base, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(region: &str, endpoint: Option<&str>, set: Option<&str>) -> SesConfig {
        SesConfig {
            name: "ses".into(),
            region: region.into(),
            endpoint: endpoint.map(Into::into),
            credentials: None,
            configuration_set: set.map(Into::into),
            ca_bundle: None,
            timeouts: Timeouts::default(),
        }
    }

    #[test]
    fn the_region_gives_the_endpoint() {
        let seoul = config("ap-northeast-2", None, None).target().expect("valid");
        assert_eq!((seoul.base.as_str(), seoul.port, seoul.tls), ("https://email.ap-northeast-2.amazonaws.com", 443, true));
        assert_eq!(seoul.authority, "email.ap-northeast-2.amazonaws.com");
        let china = config("cn-north-1", None, None).target().expect("valid");
        assert_eq!(china.host, "email.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn an_endpoint_may_have_a_port_a_path_and_an_ipv6_address() {
        let t = config("us-east-1", Some("http://[::1]:4566/ses/"), None).target().expect("valid");
        assert_eq!((t.host.as_str(), t.port, t.tls), ("::1", 4566, false));
        assert_eq!((t.authority.as_str(), t.prefix.as_str()), ("[::1]:4566", "/ses"));
        assert_eq!(t.base, "http://[::1]:4566/ses");
        let own_port = config("us-east-1", Some("https://ses.test:443"), None).target().expect("valid");
        assert_eq!(own_port.authority, "ses.test");
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let field = |c: SesConfig| c.target().expect_err("invalid").field;
        for region in ["", "Seoul", "ap northeast 2"] {
            assert_eq!(field(config(region, None, None)), "region");
        }
        for url in ["email.example.com", "ftp://x.test", "https://u:p@x.test", "https://x.test/?a=b", "https://"] {
            assert_eq!(field(config("us-east-1", Some(url), None)), "endpoint", "{url}");
        }
        for set in ["", "a b", "한글"] {
            assert_eq!(field(config("us-east-1", None, Some(set))), "configuration_set");
        }
    }

    #[test]
    fn secrets_are_not_in_the_debug_form() {
        let keys =
            StaticCredentials { access_key_id: "AKID".into(), secret_access_key: "geheim".into(), session_token: Some("tok".into()) };
        let text = format!("{keys:?}");
        assert!(text.contains("AKID") && !text.contains("geheim") && !text.contains("tok"));
    }
}
