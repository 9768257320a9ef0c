//! SES over TLS, with a certificate authority of our own in the bundle.

use std::{path::PathBuf, sync::Arc};

use jebi::provider::ses::{SesConfig, SesProvider};
use jebi_domain::{
    fake::ManualClock,
    port::{Provider, Sender},
    refusal::Fault,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use super::{NOW, accepted, assert_transient, config, on_a_sender_thread, send};
use crate::support::ses_stub::{Answer, SesStub, Step};

/// An authority, a server certificate of it for `localhost`, and the authority's PEM file.
fn authority(folder: &TempDir) -> (TlsAcceptor, PathBuf) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().expect("a key");
    let ca = params.self_signed(&ca_key).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::from_params(&params, &ca_key);
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name").signed_by(&key, &issuer).expect("a certificate");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.pem()).expect("a file");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a matching key");
    (TlsAcceptor::from(Arc::new(config)), file)
}

fn trusting(stub: &SesStub, ca_bundle: Option<PathBuf>) -> SesConfig {
    SesConfig { ca_bundle, ..config(&format!("https://localhost:{}", stub.port)) }
}

async fn sender(config: SesConfig) -> Box<dyn Sender> {
    super::provider(config, &ManualClock::new(NOW)).await.sender()
}

#[test]
fn mail_goes_over_tls_to_a_server_of_the_bundles_authority_and_reuses_the_connection() {
    let folder = TempDir::new().expect("a folder");
    let (tls, ca) = authority(&folder);
    on_a_sender_thread(async {
        let stub = SesStub::start_tls([], tls).await;
        let sender = sender(trusting(&stub, Some(ca))).await;
        sender.checkout().await.expect("a connection").put_back();
        for n in 1..=5 {
            assert_eq!(send(&*sender).await, accepted(&format!("stub-{n}")));
        }
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn a_secure_connection_closed_while_idle_is_found_before_a_byte_is_written() {
    let folder = TempDir::new().expect("a folder");
    let (tls, ca) = authority(&folder);
    on_a_sender_thread(async {
        let stub = SesStub::start_tls([Step::Answer(Answer::accepted("then-closed"))], tls).await;
        let sender = sender(trusting(&stub, Some(ca))).await;
        assert_eq!(send(&*sender).await, accepted("then-closed"));
        stub.hang_up();
        stub.until(|s| s.closed == 1).await;
        assert_eq!(send(&*sender).await, accepted("stub-2"));
    });
}

#[test]
fn session_tickets_that_come_while_a_mail_waits_for_its_slot_do_no_harm() {
    let folder = TempDir::new().expect("a folder");
    let (tls, ca) = authority(&folder);
    on_a_sender_thread(async {
        let stub = SesStub::start_tls([], tls).await;
        let clock = ManualClock::new(NOW);
        let sender = super::provider(trusting(&stub, Some(ca)), &clock).await.sender();
        let channel = sender.checkout().await.expect("a connection");
        stub.until(|s| s.handshakes == 1).await;
        clock.advance(std::time::Duration::from_millis(80));
        assert_eq!(channel.send(super::mail()).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn a_server_nobody_vouches_for_gets_no_mail() {
    let folder = TempDir::new().expect("a folder");
    let (tls, _) = authority(&folder);
    on_a_sender_thread(async {
        let stub = SesStub::start_tls([], tls).await;
        let sender = sender(trusting(&stub, None)).await;
        assert_transient(&send(&*sender).await, "tls");
        assert_eq!(stub.look(|s| s.requests.len()), 0);
    });
}

#[test]
fn an_unusable_bundle_stops_the_start_and_names_the_file() {
    on_a_sender_thread(async {
        let folder = TempDir::new().expect("a folder");
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate here").expect("a file");
        for file in [empty, folder.path().join("missing.pem")] {
            let config = SesConfig { ca_bundle: Some(file.clone()), ..config("https://localhost:1") };
            let fault: Fault = SesProvider::start(config, Arc::new(ManualClock::new(NOW))).await.err().expect("no start");
            assert_eq!(fault.field, "ca_bundle");
            assert!(fault.fault.contains(&file.display().to_string()), "{fault:?}");
        }
    });
}
