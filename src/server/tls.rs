//! TLS for the listener: a certificate and its key from two PEM files, taken anew while connections run.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use jebi_domain::port::Clock;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at: renewals come weeks before the end.
const EVERY: Duration = Duration::from_secs(60);

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Why they cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFault {
    pub file: PathBuf,
    pub fault: String,
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; put a PEM certificate and the private key it was made for into TLS_CERT and TLS_KEY",
            self.file.display(),
            self.fault
        )
    }
}

impl std::error::Error for TlsFault {}

/// How two files looked: a renewal changes it.
type Stamp = [(SystemTime, u64); 2];

/// The certificate in use.
pub struct Tls {
    config: ArcSwap<ServerConfig>,
    files: Mutex<(PemFiles, Option<Stamp>)>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read, or holds something else; a key that is not the certificate's.
    pub fn load(files: PemFiles) -> Result<Self, TlsFault> {
        let stamp = stamp(&files);
        let config = ArcSwap::from_pointee(read(&files)?);
        Ok(Self { config, files: Mutex::new((files, stamp)) })
    }

    /// Takes other files, for connections made from now on.
    ///
    /// # Errors
    /// Like [`Tls::load`]; the certificate in use stays then.
    pub fn replace(&self, files: PemFiles) -> Result<(), TlsFault> {
        let mut known = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&files);
        // Also after a fault: the same files are not read again until they change.
        *known = (files, stamp);
        self.config.store(Arc::new(read(&known.0)?));
        Ok(())
    }

    /// Takes the files anew if they have changed; whether they were.
    ///
    /// # Errors
    /// Like [`Tls::replace`].
    fn refresh(&self) -> Result<bool, TlsFault> {
        let (files, known) = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = stamp(&files);
        // Files that are being exchanged may be gone for a moment.
        if now == known || now.is_none() {
            return Ok(false);
        }
        self.replace(files).map(|()| true)
    }

    /// For one connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }

    /// Looks at the files every minute until told to stop.
    pub async fn watch(self: Arc<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = clock.sleep_until(clock.boot() + EVERY) => {}
                () = stop.cancelled() => return,
            }
            match self.refresh() {
                Ok(true) => tracing::info!("the TLS certificate was renewed"),
                Ok(false) => {}
                Err(fault) => tracing::error!(%fault, "the changed TLS certificate cannot be used; the one before stays in use"),
            }
        }
    }
}

fn stamp(files: &PemFiles) -> Option<Stamp> {
    let of = |path: &Path| -> io::Result<(SystemTime, u64)> {
        let meta = fs::metadata(path)?;
        Ok((meta.modified()?, meta.len()))
    };
    Some([of(&files.cert).ok()?, of(&files.key).ok()?])
}

fn read(files: &PemFiles) -> Result<ServerConfig, TlsFault> {
    let fault = |file: &Path, fault: String| TlsFault { file: file.to_owned(), fault };
    let unread = |file: &Path, error: &dyn fmt::Display| fault(file, format!("cannot be read: {error}"));
    let pem = fs::read(&files.cert).map_err(|e| unread(&files.cert, &e))?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|e| unread(&files.cert, &e))?;
    if chain.is_empty() {
        return Err(fault(&files.cert, "holds no certificate".to_owned()));
    }
    let pem = fs::read(&files.key).map_err(|e| unread(&files.key, &e))?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| fault(&files.key, "holds no private key".to_owned()))?;
    let versions = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider())).with_safe_default_protocol_versions();
    let config = versions.and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|e| fault(&files.key, format!("cannot be used with {}: {e}", files.cert.display())))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
