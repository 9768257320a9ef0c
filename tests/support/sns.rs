//! SNS as far as those it delivers to see it: messages signed by a certificate authority of the tests' own.
//!
//! SHA-1 is signed by `openssl`: nothing else here still makes such signatures.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::LazyLock,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jebi_domain::time::Wall;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256,
    RsaKeySize, date_time_ymd,
};
use serde_json::{Value, json};

/// A topic of the account and region the tests call their own.
pub const TOPIC: &str = "arn:aws:sns:ap-northeast-2:111122223333:ses-events";
/// The same of somebody else.
pub const STRANGER: &str = "arn:aws:sns:ap-northeast-2:999988887777:ses-events";
/// What a certificate's file is called.
pub const FILE: &str = "SimpleNotificationService-0f1e2d3c4b5a69788796a5b4c3d2e1f0.pem";

/// Where the certificate lies.
pub fn certificate_url() -> String {
    format!("https://sns.ap-northeast-2.amazonaws.com/{FILE}")
}

/// An authority with its certificate.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
    der: Vec<u8>,
}

impl Authority {
    fn root(name: &str) -> Self {
        let params = Self::params(name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), params, key }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    /// Another authority below it.
    fn below(&self, name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().expect("a key"));
        let certificate = params.signed_by(&key, &self.issuer()).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), params, key }
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }
}

/// Signs as SNS does.
pub struct Signer {
    root: Authority,
    intermediate: Authority,
    key: KeyPair,
    signing: RsaKeyPair,
}

/// One for all tests: RSA keys take their time.
pub static SIGNER: LazyLock<Signer> = LazyLock::new(Signer::new);

/// What may be unusual about a certificate.
#[derive(Clone, Copy, Default)]
pub struct Unusual {
    /// Instead of `sns.amazonaws.com`, which SNS's own have in most regions.
    pub name: Option<&'static str>,
    /// Valid no more.
    pub expired: bool,
    /// For signing mail, not for servers.
    pub other_usage: bool,
    /// Issued by the intermediate authority, which is not in the file: the certificate names where it lies, as Amazon's do.
    pub issuer_url: Option<&'static str>,
}

impl Signer {
    pub fn new() -> Self {
        let root = Authority::root("Test Root CA");
        let intermediate = root.below("Test RSA M01");
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
        let signing = RsaKeyPair::from_pkcs8(&key.serialize_der()).expect("its key");
        Self { root, intermediate, key, signing }
    }

    /// The root certificate, to be trusted.
    pub fn root(&self) -> &str {
        &self.root.pem
    }

    /// The intermediate certificate as authorities publish theirs.
    pub fn intermediate_der(&self) -> Vec<u8> {
        self.intermediate.der.clone()
    }

    /// The certificate's file as SNS has it.
    pub fn certificate(&self) -> String {
        self.certificate_with(Unusual::default())
    }

    pub fn certificate_with(&self, unusual: Unusual) -> String {
        let name = unusual.name.unwrap_or("sns.amazonaws.com");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        let usage = if unusual.other_usage { ExtendedKeyUsagePurpose::EmailProtection } else { ExtendedKeyUsagePurpose::ServerAuth };
        params.extended_key_usages.push(usage);
        if unusual.expired {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        }
        let by = match unusual.issuer_url {
            None => &self.root,
            Some(url) => {
                params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], authority_info(url)));
                &self.intermediate
            }
        };
        params.signed_by(&self.key, &by.issuer()).expect("a certificate").pem()
    }

    /// Puts the root and the certificate into a folder: what the keys `sns.trusted_roots` and `sns.certificates` name.
    pub fn write(&self, folder: &Path) {
        std::fs::write(folder.join("root.pem"), self.root()).expect("a file");
        std::fs::write(folder.join(FILE), self.certificate()).expect("a file");
    }

    /// A notification with a text, signed by version 1.
    pub fn notification(&self, id: &str, text: &str, at: Wall) -> Value {
        self.signed(unsigned(id, text, at))
    }

    /// Asks to confirm a subscription.
    pub fn confirmation(&self, topic: &str, at: Wall) -> Value {
        self.signed(confirmation("SubscriptionConfirmation", topic, at))
    }

    /// Tells that a subscription has ended.
    pub fn unsubscription(&self, topic: &str, at: Wall) -> Value {
        self.signed(confirmation("UnsubscribeConfirmation", topic, at))
    }

    /// Signs what stands there, by the version that stands there; other versions as SHA-256.
    pub fn signed(&self, mut message: Value) -> Value {
        let text = string_to_sign(&message);
        let signature = if message["SignatureVersion"] == "1" { self.sha1(text.as_bytes()) } else { self.sha256(text.as_bytes()) };
        message["Signature"] = json!(STANDARD.encode(signature));
        message
    }

    fn sha256(&self, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).expect("signed");
        signature
    }

    fn sha1(&self, text: &[u8]) -> Vec<u8> {
        let mut key = tempfile::NamedTempFile::new().expect("a file");
        key.write_all(self.key.serialize_pem().as_bytes()).expect("written");
        let mut command = Command::new("openssl");
        command.args(["dgst", "-sha1", "-sign"]).arg(key.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("openssl is installed");
        child.stdin.take().expect("piped").write_all(text).expect("written");
        let done = child.wait_with_output().expect("it ends");
        assert!(done.status.success(), "openssl signs");
        done.stdout
    }
}

/// A notification that nobody has signed yet.
pub fn unsigned(id: &str, text: &str, at: Wall) -> Value {
    json!({
        "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Subject": "Amazon SES Email Event Notification", "Message": text,
        "Timestamp": at.to_string(), "SignatureVersion": "2", "SigningCertURL": certificate_url(),
        "UnsubscribeURL": "https://sns.ap-northeast-2.amazonaws.com/?Action=Unsubscribe",
    })
}

/// A confirmation that nobody has signed yet.
pub fn confirmation(kind: &str, topic: &str, at: Wall) -> Value {
    let url = format!("https://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}&Token=t0k3n");
    json!({
        "Type": kind, "MessageId": "c0", "Token": "t0k3n", "TopicArn": topic, "Message": "You have chosen to subscribe to the topic",
        "SubscribeURL": url, "Timestamp": at.to_string(), "SignatureVersion": "2", "SigningCertURL": certificate_url(),
    })
}

/// By the developer guide, and not by the code under test.
fn string_to_sign(message: &Value) -> String {
    let fields: &[&str] = if message["Type"] == "Notification" {
        &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    } else {
        &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    };
    let there = fields.iter().filter_map(|field| Some((field, message[field].as_str()?)));
    there.map(|(field, value)| format!("{field}\n{value}\n")).collect()
}

/// `AuthorityInfoAccessSyntax` with one `caIssuers` address (RFC 5280, section 4.2.2.1).
fn authority_info(url: &str) -> Vec<u8> {
    let wrapped = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).expect("short")], content].concat();
    let place = wrapped(0x86, url.as_bytes());
    let way = [&[6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2][..], &place].concat();
    wrapped(0x30, &wrapped(0x30, &way))
}
