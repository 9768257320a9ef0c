//! The SDK's own client with the configured bundle of authorities.

use std::path::Path;

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jebi_domain::refusal::Fault;

use crate::provider::trust::bundle_fault;

/// For the control plane: the SDK's own client with the same bundle; `None` for its default.
///
/// # Errors
/// The bundle cannot be read.
pub(super) fn sdk_client(ca_bundle: Option<&Path>) -> Result<Option<SharedHttpClient>, Fault> {
    let Some(path) = ca_bundle else { return Ok(None) };
    let pem = std::fs::read(path).map_err(|e| bundle_fault(path, e))?;
    let trust = TrustStore::default().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(trust).build().map_err(|e| bundle_fault(path, e))?;
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context);
    Ok(Some(client.build_https()))
}
