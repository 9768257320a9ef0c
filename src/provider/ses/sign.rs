//! Signature version 4 for `SendEmail`, and the wall time it is made with.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use jebi_domain::{outcome::Reason, port::Clock, refusal::Fault, time::Wall};

use super::{config::Target, payload::Payload, request::Json};

/// `POST` here is `SendEmail` (SES API v2).
const PATH: &str = "/v2/email/outbound-emails";
const CONTENT_TYPE: &str = "application/json";

/// Wall time as SES sees it: our own, put right by the `Date` of an answer that found it wrong.
pub(super) struct SigningClock {
    clock: Arc<dyn Clock>,
    /// Milliseconds to add.
    offset: AtomicI64,
}

impl SigningClock {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, offset: AtomicI64::new(0) }
    }

    pub(super) fn now(&self) -> Wall {
        Wall(self.clock.wall().0.saturating_add(self.offset.load(Ordering::Relaxed)))
    }

    /// Takes the other side's time for right. Gives the new offset in milliseconds.
    pub(super) fn correct(&self, theirs: Wall) -> i64 {
        let offset = theirs.0.saturating_sub(self.clock.wall().0);
        self.offset.store(offset, Ordering::Relaxed);
        offset
    }
}

/// What is the same in every request.
pub(super) struct Signer {
    region: String,
    url: String,
    uri: Uri,
    host: HeaderValue,
    host_text: String,
}

impl Signer {
    /// # Errors
    /// The endpoint cannot be written into a request.
    pub(super) fn new(region: &str, target: &Target) -> Result<Self, Fault> {
        let bad = |e: &dyn std::fmt::Display| {
            Fault::new("endpoint", "invalid_endpoint", format!("the endpoint cannot be used in a request: {e}"), "check its spelling")
        };
        Ok(Self {
            region: region.to_owned(),
            url: format!("{}{PATH}", target.base),
            uri: format!("{}{PATH}", target.prefix).parse().map_err(|e: http::uri::InvalidUri| bad(&e))?,
            host: HeaderValue::from_str(&target.authority).map_err(|e| bad(&e))?,
            host_text: target.authority.clone(),
        })
    }

    /// A signed request, ready to be written.
    ///
    /// # Errors
    /// Nothing can be signed with these keys; the account is at fault, not the mail.
    pub(super) fn request(&self, identity: &Identity, at: Wall, body: Json) -> Result<Request<Payload>, Reason> {
        let failed = |e: &dyn std::fmt::Display| {
            Reason::new("sign", format!("the request could not be signed: {e}"), "check the access key, the secret key and the region")
        };
        let params = v4::SigningParams::builder()
            .identity(identity)
            .region(&self.region)
            .name("ses")
            .time(system_time(at))
            .settings(SigningSettings::default())
            .build()
            .map_err(|e| failed(&e))?
            .into();
        let headers = [("host", self.host_text.as_str()), ("content-type", CONTENT_TYPE)];
        let content = match &body {
            Json::Whole(all) => SignableBody::Bytes(all),
            Json::Streamed(streamed) => SignableBody::Precomputed(streamed.hash()),
        };
        let signable = SignableRequest::new("POST", self.url.as_str(), headers.into_iter(), content).map_err(|e| failed(&e))?;
        let (instructions, _) = sign(signable, &params).map_err(|e| failed(&e))?.into_parts();
        let mut request = Request::new(match body {
            Json::Whole(all) => Payload::Whole(Full::new(Bytes::from(all))),
            Json::Streamed(streamed) => Payload::Streamed(streamed),
        });
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(header::HOST, self.host.clone());
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn system_time(at: Wall) -> SystemTime {
    // Before 1970 no signature would hold anyway.
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use jebi_domain::fake::ManualClock;

    use super::*;
    use crate::provider::ses::config::{SesConfig, Timeouts};

    #[test]
    fn signs_host_type_and_date_for_ses() {
        let config = SesConfig {
            name: "ses".into(),
            region: "ap-northeast-2".into(),
            endpoint: None,
            credentials: None,
            configuration_set: None,
            ca_bundle: None,
            timeouts: Timeouts::default(),
        };
        let signer = Signer::new(&config.region, &config.target().expect("valid")).expect("valid");
        let identity = Credentials::new("AKID", "SECRET", Some("token".into()), None, "test").into();
        let request = signer.request(&identity, Wall(1_700_000_000_000), Json::Whole(b"{}".to_vec())).expect("signed");
        let header = |name: &str| request.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("x-amz-date"), "20231114T221320Z");
        assert_eq!(header("x-amz-security-token"), "token");
        let wanted = "AWS4-HMAC-SHA256 Credential=AKID/20231114/ap-northeast-2/ses/aws4_request, \
                      SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=";
        assert!(header("authorization").starts_with(wanted), "{}", header("authorization"));
        assert_eq!(request.uri(), PATH);
    }

    #[test]
    fn an_offset_holds_while_our_clock_goes_on() {
        let manual = ManualClock::new(Wall(1_000_000));
        let clock = SigningClock::new(Arc::new(manual.clone()));
        assert_eq!(clock.correct(Wall(4_600_000)), 3_600_000);
        manual.advance(Duration::from_secs(2));
        assert_eq!(clock.now(), Wall(4_602_000));
    }
}
