//! A private key as it lies in a file, and what it makes of bytes.

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use jebi_domain::{dkim::Algorithm, refusal::Fault};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

/// Bytes of the modulus that receivers check (RFC 8301 section 3.2) and still hold for safe.
const LEAST: usize = 256;
const MOST: usize = 512;

pub(super) enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why a key is of no use; the name of its selector is told with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Unreadable,
    /// Neither RSA nor Ed25519, or damaged.
    OtherKind,
    TooShort,
    TooLong,
    /// Bits of an RSA key that receivers do not check.
    Bits(usize),
}

impl Wrong {
    pub(super) fn fault(self, selector: &str) -> Fault {
        let fault = match self {
            Self::Unreadable => format!("the key of the selector `{selector}` holds no private key in PEM that can be read"),
            Self::OtherKind => {
                format!("the key of the selector `{selector}` is of a kind DKIM does not know, or damaged: RSA and Ed25519 are")
            }
            Self::TooShort => format!("the key of the selector `{selector}` is too short: RSA keys have 2048 to 4096 bits"),
            Self::TooLong => {
                format!("the key of the selector `{selector}` is too long: RSA keys have 2048 to 4096 bits, receivers check no longer ones")
            }
            Self::Bits(bits) => format!("the key of the selector `{selector}` has {bits} bits: RSA keys have 2048 to 4096"),
        };
        Fault::new("dkim_keys", "invalid_dkim_key", fault, "make one with `jebi dkim new`")
    }
}

impl Key {
    pub(super) fn read(pem: &str) -> Result<Self, Wrong> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| Wrong::Unreadable)?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs8(der) => {
                // Others write Ed25519 keys without the public half.
                if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()) {
                    return Ok(Self::Ed25519(pair));
                }
                RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
            }
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(Wrong::OtherKind),
        };
        let rsa = rsa.map_err(|rejected| match rejected.to_string().as_str() {
            "TooSmall" => Wrong::TooShort,
            "TooLarge" => Wrong::TooLong,
            _ => Wrong::OtherKind,
        })?;
        match rsa.public_modulus_len() {
            LEAST..=MOST => Ok(Self::Rsa(rsa)),
            len => Err(Wrong::Bits(len * 8)),
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rsa,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Bytes of each signature.
    pub(super) fn signature_len(&self) -> usize {
        match self {
            Self::Rsa(pair) => pair.public_modulus_len(),
            Self::Ed25519(_) => 64,
        }
    }

    /// The same bytes have the same signature: neither way takes randomness, whatever is handed over.
    pub(super) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature)?;
                Ok(signature)
            }
            // RFC 8463 section 3: what Ed25519 signs is the hash.
            Self::Ed25519(pair) => Ok(pair.try_sign(digest(&SHA256, bytes).as_ref())?.as_ref().to_vec()),
        }
    }
}
