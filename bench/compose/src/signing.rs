//! What DKIM signatures cost: `rsa2048`, `rsa4096` and `ed25519` sign a copy whose body is hashed already, as all copies of a message share
//! that; `hash_10mb` hashes a body with a file of 10 MB, which the first copy has to.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use bytes::Bytes;
use jebi_domain::{
    dkim::{self, Algorithm, NAMES, Place, Signed},
    port::Outgoing,
};

use super::timed;

/// Signs as `src/provider/dkim/` does it: the bytes of the signature's header.
fn signed(mail: &Outgoing, algorithm: Algorithm, sign: &dyn Fn(&[u8]) -> Vec<u8>) -> usize {
    let place = Place { domain: "jebi.example", selector: "s1", algorithm, at: 1_762_131_845 };
    let (headers, hash) = (Signed::of(mail, NAMES), dkim::body_hash(&mail.body));
    let (unsigned, mut out) = (dkim::unsigned(place, &headers, &hash), Vec::new());
    dkim::finish(&mut out, &unsigned, &sign(&dkim::input(&headers, &unsigned)));
    out.len()
}

fn rsa(size: KeySize) -> impl Fn(&[u8]) -> Vec<u8> {
    let (key, random) = (RsaKeyPair::generate(size).expect("a key"), SystemRandom::new());
    move |bytes| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature).expect("signed");
        signature
    }
}

/// As fields of JSON.
pub fn figures(mail: &Outgoing, n: usize) -> String {
    let signing = |algorithm, sign: &dyn Fn(&[u8]) -> Vec<u8>| timed(n, |_| signed(mail, algorithm, sign));
    let (rsa2048, rsa4096) = (signing(Algorithm::Rsa, &rsa(KeySize::Rsa2048)), signing(Algorithm::Rsa, &rsa(KeySize::Rsa4096)));
    let key = Ed25519KeyPair::generate().expect("a key");
    let ed25519 = signing(Algorithm::Ed25519, &|bytes| key.sign(digest(&SHA256, bytes).as_ref()).as_ref().to_vec());
    // Base64 in lines, as a file goes out.
    let lines = [&b"QUJD".repeat(19)[..], b"\r\n"].concat().repeat(10_000_000 / 57);
    let large = Bytes::from([b"Content-Type: text/plain\r\n\r\n", lines.as_slice()].concat());
    let hash = timed(5, |_| usize::from(dkim::body_hash(&large.clone().into())[0]));
    format!("\"rsa2048_us\":{rsa2048:.1},\"rsa4096_us\":{rsa4096:.1},\"ed25519_us\":{ed25519:.1},\"hash_10mb_us\":{hash:.0}")
}
