//! Whether a certificate is SNS's: its chain to a trusted root, its time, its purpose and its name; and the key in it.

use std::time::Duration;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};
use jebi_domain::{
    sns::{CertificateUrl, SignatureVersion, Signed},
    time::Wall,
};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime, pem::PemObject};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

/// Certificates read of one file.
const MOST: usize = 8;

/// Why a certificate is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    /// Who issued it is not known; the certificate says where that one's lies.
    Incomplete { issuer: Option<String> },
    /// It is none of SNS's, whatever else is known.
    Wrong(String),
}

/// Certificates: SNS's own first, then those above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain(Vec<CertificateDer<'static>>);

impl Chain {
    /// Reads a PEM file. SNS's hold one certificate.
    pub(super) fn read(pem: &[u8]) -> Result<Self, Distrust> {
        let mut all = Vec::new();
        for one in CertificateDer::pem_slice_iter(pem).take(MOST) {
            all.push(one.map_err(|e| Distrust::Wrong(format!("it cannot be read: {e}")))?);
        }
        if all.is_empty() { Err(Distrust::Wrong("it holds no certificate".to_owned())) } else { Ok(Self(all)) }
    }

    /// Adds the certificate of who issued the last one: DER as authorities publish it, or PEM.
    pub(super) fn add(&mut self, issuer: &[u8]) {
        let pem = CertificateDer::from_pem_slice(issuer).ok();
        self.0.push(pem.unwrap_or_else(|| CertificateDer::from(issuer.to_vec())));
    }

    /// The key of a certificate that is SNS's at this time.
    pub(super) fn key(&self, roots: &[TrustAnchor<'_>], url: &CertificateUrl, now: Wall) -> Result<Key, Distrust> {
        let wrong = |error: webpki::Error| Distrust::Wrong(error.to_string());
        let (leaf, above) = self.0.split_first().ok_or_else(|| Distrust::Wrong("it holds no certificate".to_owned()))?;
        let certificate = EndEntityCert::try_from(leaf).map_err(wrong)?;
        let named = url
            .names()
            .into_iter()
            .any(|name| ServerName::try_from(name).is_ok_and(|name| certificate.verify_is_valid_for_subject_name(&name).is_ok()));
        if !named {
            return Err(Distrust::Wrong("it is not for SNS of this region".to_owned()));
        }
        let time = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(now.0).unwrap_or(0)));
        let algorithms: &[&dyn SignatureVerificationAlgorithm] = ALL_VERIFICATION_ALGS;
        let path = certificate.verify_for_usage(algorithms, roots, above, time, KeyUsage::server_auth(), None, None);
        match path {
            Ok(_) => {}
            Err(webpki::Error::UnknownIssuer) => {
                return Err(Distrust::Incomplete { issuer: self.0.last().and_then(|last| issuer_url(last)) });
            }
            Err(error) => return Err(wrong(error)),
        }
        Key::of(certificate.subject_public_key_info().as_ref()).ok_or_else(|| Distrust::Wrong("its key is not one of RSA".to_owned()))
    }
}

/// Where the certificate of its issuer lies: the address behind `id-ad-caIssuers` (RFC 5280, section 4.2.2.1). It is only looked for, not
/// parsed: whatever is found is judged as an address, and what lies there by its signature.
fn issuer_url(certificate: &[u8]) -> Option<String> {
    const CA_ISSUERS: [u8; 10] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
    /// A `uniformResourceIdentifier`.
    const ADDRESS: u8 = 0x86;
    let at = certificate.windows(CA_ISSUERS.len()).position(|bytes| bytes == CA_ISSUERS)? + CA_ISSUERS.len();
    // A length below 128 is one byte; no authority's address is longer.
    let [ADDRESS, length @ 0..=127, rest @ ..] = &certificate[at..] else { return None };
    let url = std::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    Some(url.to_owned())
}

/// The key SNS signs with, parsed once for both versions.
#[derive(Clone)]
pub(super) struct Key {
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
}

impl Key {
    fn of(spki: &[u8]) -> Option<Self> {
        let sha1 = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, spki).ok()?;
        Some(Self { sha1, sha256: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).ok()? })
    }

    /// Whether the signature is this key's.
    pub(super) fn verifies(&self, signed: &Signed) -> bool {
        let Ok(signature) = STANDARD.decode(&signed.signature) else { return false };
        let key = match signed.version {
            SignatureVersion::Sha1 => &self.sha1,
            SignatureVersion::Sha256 => &self.sha256,
        };
        key.verify_sig(signed.text.as_bytes(), &signature).is_ok()
    }
}
