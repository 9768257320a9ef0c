//! Visits addresses of SNS: one bounded GET, no redirect.

use std::{path::PathBuf, sync::OnceLock, time::Duration};

use bytes::{Bytes, BytesMut};
use jebi_domain::{
    port::{
        Boxed,
        sns::{Fetched, Web},
    },
    sns::CertificateUrl,
};
use reqwest::{Client, redirect::Policy};

use crate::provider::trust;

/// Name look-up, TCP and TLS together.
const CONNECT: Duration = Duration::from_secs(3);
/// The whole visit: SNS waits 15 seconds for our answer to it.
const TIME: Duration = Duration::from_secs(6);

/// The web, and a folder of certificates that lie there already.
pub struct HttpsWeb {
    ca_bundle: Option<PathBuf>,
    folder: Option<PathBuf>,
    client: OnceLock<Client>,
}

impl HttpsWeb {
    /// Of `ca_bundle` the authorities are trusted beside the system's; they are read when the first address is visited. Certificates of SNS
    /// are looked for in `folder` first, by the name their address ends with.
    #[must_use]
    pub fn new(ca_bundle: Option<PathBuf>, folder: Option<PathBuf>) -> Self {
        Self { ca_bundle, folder, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let tls = trust::client(self.ca_bundle.as_deref()).map_err(|fault| format!("{}; {}", fault.fault, fault.remedy))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(TIME)
            .user_agent(concat!("jebi/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| chain(&error))?;
        // Whoever was quicker has made the same.
        Ok(self.client.get_or_init(|| client))
    }

    /// A certificate that lies in the folder.
    async fn in_folder(&self, url: &str) -> Option<Bytes> {
        let path = self.folder.as_ref()?.join(CertificateUrl::parse(url)?.file());
        // The runtime goes down where it cannot be waited for.
        let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await.ok()?;
        read.ok().map(Bytes::from)
    }

    async fn fetch(&self, url: &str, most: usize) -> Result<Fetched, String> {
        // Its own text repeats the address, and that of a confirmation is a secret.
        let failed = |error: reqwest::Error| chain(&error.without_url());
        let mut answer = self.client()?.get(url).send().await.map_err(failed)?;
        let (status, mut body) = (answer.status().as_u16(), BytesMut::new());
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            if body.len() + piece.len() > most {
                return Err(format!("the answer has more than {most} bytes"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Fetched { status, body: body.freeze() })
    }
}

impl Web for HttpsWeb {
    fn get<'a>(&'a self, url: &'a str, most: usize) -> Boxed<'a, Result<Fetched, String>> {
        Box::pin(self.fetch(url, most))
    }

    fn stored<'a>(&'a self, url: &'a str) -> Boxed<'a, Option<Bytes>> {
        Box::pin(self.in_folder(url))
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
