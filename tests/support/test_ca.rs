//! A certificate authority of the tests' own.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// The authority; its certificate lies in `ca.pem` of its folder.
pub struct TestCa {
    folder: TempDir,
    params: CertificateParams,
    key: KeyPair,
}

/// A server's certificate and key.
pub struct ServerCert {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl TestCa {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let folder = tempfile::tempdir().expect("a folder");
        let ca = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("ca.pem"), ca.pem()).expect("a file");
        Self { folder, params, key }
    }

    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A good certificate for a name.
    pub fn server(&self, name: &str) -> ServerCert {
        self.sign(&CertificateParams::new(vec![name.to_owned()]).expect("a name"))
    }

    /// One for `localhost` that is valid no more.
    pub fn expired(&self) -> ServerCert {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> ServerCert {
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        ServerCert { certificate: params.signed_by(&key, &issuer).expect("a certificate"), key }
    }
}

impl ServerCert {
    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let chain: Vec<CertificateDer<'static>> = vec![self.certificate.der().clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a matching key");
        TlsAcceptor::from(Arc::new(config))
    }

    /// Both as PEM files in a folder: certificate, key.
    pub fn files(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (cert, key) = (folder.join("server.pem"), folder.join("server.key"));
        std::fs::write(&cert, self.certificate.pem()).expect("a file");
        std::fs::write(&key, self.key.serialize_pem()).expect("a file");
        (cert, key)
    }
}
