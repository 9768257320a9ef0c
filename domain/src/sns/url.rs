//! Addresses a message names, and which of them are visited: SNS's own and nobody else's.
//!
//! The rules are read off the bytes, never off a lenient parser: what a browser would repair is refused.

/// The address of the certificate a message is signed with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateUrl {
    text: String,
    /// Where the host's region ends in the text.
    region_end: usize,
    china: bool,
}

impl CertificateUrl {
    /// `None` unless it is `https://sns.<region>.amazonaws.com[.cn]/….pem`, without user, port, query or fragment. A plain suffix
    /// `amazonaws.com` would admit everybody's S3 buckets.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let host = Host::of(text)?;
        let path = &text[host.end..];
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'));
        let good = plain && path.starts_with('/') && path.ends_with(".pem") && !path.contains("..") && !path.contains("//");
        good.then(|| Self { text: text.to_owned(), region_end: host.region_end, china: host.china })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region its host is of.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.text[PREFIX.len()..self.region_end]
    }

    /// The last part of its path.
    #[must_use]
    pub fn file(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// Names SNS's signing certificates go by. Most regions share one for `sns.amazonaws.com`; those that have to be opted into, China
    /// and GovCloud have their own (AWS SDK for Java, `SnsMessageManager`). One of them must be in the certificate.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let region = self.region();
        let domain = if self.china { "amazonaws.com.cn" } else { "amazonaws.com" };
        let mut names = vec![
            format!("sns.{region}.{domain}"),
            format!("sns-signing.{region}.{domain}"),
            format!("sns-{region}.{domain}"),
            format!("sns.{domain}"),
        ];
        if region.starts_with("us-gov-") {
            names.push("sns-us-gov-west-1.amazonaws.com".to_owned());
        }
        names
    }
}

/// Whether it is an address of SNS that a subscription is confirmed by: `https://sns.<region>.amazonaws.com[.cn]/?…`, without user, port
/// or fragment.
#[must_use]
pub fn is_subscribe_url(text: &str) -> bool {
    let Some(host) = Host::of(text) else { return false };
    let rest = &text[host.end..];
    rest.starts_with("/?") && rest.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\')
}

/// Whether it is where Amazon's certificate authority publishes the certificates it signs others with: SNS names only the signing
/// certificate itself, and that one names its issuer (RFC 5280, section 4.2.2.1). What comes from there is believed only where a
/// trusted root has signed it, so plain HTTP does.
#[must_use]
pub fn is_issuer_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else { return false };
    let Some((host, path)) = rest.split_once('/') else { return false };
    let Some(name) = host.strip_suffix(".amazontrust.com") else { return false };
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    let file = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(word) && !path.is_empty() && path.bytes().all(file)
}

const PREFIX: &str = "https://sns.";

/// SNS's host at the beginning of an address.
struct Host {
    region_end: usize,
    /// Where the host ends.
    end: usize,
    china: bool,
}

impl Host {
    /// `^https://sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?/`: nothing may stand between host and path, so neither user nor port can. SNS
    /// writes regions in small letters; in others the same host would count as many.
    fn of(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let slash = rest.find('/')?;
        let host = &rest[..slash];
        let (region, china) = match host.strip_suffix(".amazonaws.com.cn") {
            Some(region) => (region, true),
            None => (host.strip_suffix(".amazonaws.com")?, false),
        };
        let is_region = region.len() >= 3 && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        is_region.then(|| Self { region_end: PREFIX.len() + region.len(), end: PREFIX.len() + slash, china })
    }
}
