//! `/v1/addresses/check`: what can be told of addresses before mail goes to them.

use axum::{Json, extract::State};
use jebi_domain::address::verdict::Receives;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::suppression::EntryBody;
use crate::{
    http::{
        AppState,
        error::{self, Reply},
        json,
        limit::JsonBytes,
    },
    service::addresses::Checked,
    words::Language,
};

/// Addresses to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckRequest {
    /// 1 to 1000.
    #[schema(example = json!(["hong@gmial.com", "info@example.kr"]))]
    emails: Vec<String>,
    /// Whether the name servers are asked if the domains take mail. It is by default.
    #[serde(default = "yes")]
    mx: bool,
}

fn yes() -> bool {
    true
}

/// What was found, in the order of the request.
#[derive(Serialize, ToSchema)]
pub struct CheckAnswer {
    good: usize,
    risky: usize,
    bad: usize,
    unknown: usize,
    addresses: Vec<CheckedAddress>,
}

/// What was found of one address.
#[derive(Serialize, ToSchema)]
struct CheckedAddress {
    /// As it was given.
    email: String,
    /// `good`; `risky` (a likely slip, disposable, a role, some mail suppressed); `bad` (no address, nothing takes mail there, or all mail
    /// suppressed); `unknown` (the name servers did not tell).
    verdict: &'static str,
    /// Why it is no address.
    fault: Option<AddressFaultBody>,
    /// The address that was probably meant.
    suggestion: Option<String>,
    /// What the name servers say of its domain: `yes`, `no` (no such domain, or nothing there takes mail), `refuses` (it says that it takes
    /// no mail, RFC 7505) or `unknown`; `null` where they were not asked.
    mx: Option<&'static str>,
    /// It is made to be thrown away.
    disposable: bool,
    /// It belongs to a task, such as `info@`.
    role: bool,
    /// Its entries on the suppression list.
    suppressed: Vec<EntryBody>,
}

/// Why a text is no address.
#[derive(Serialize, ToSchema)]
struct AddressFaultBody {
    code: &'static str,
    fault: String,
    remedy: String,
}

impl CheckedAddress {
    fn new(checked: Checked, language: Language) -> Self {
        let fault = checked.fault.map(|found| {
            let said = error::said(jebi_domain::refusal::Fault::new("email", found.code, found.fault, found.remedy), language);
            AddressFaultBody { code: said.code, fault: said.fault, remedy: said.remedy }
        });
        let mx = checked.receives.map(|receives| match receives {
            Receives::Yes => "yes",
            Receives::No => "no",
            Receives::Refuses => "refuses",
            Receives::Unknown(_) => "unknown",
        });
        Self {
            email: checked.given,
            verdict: checked.verdict.as_str(),
            fault,
            suggestion: checked.suggestion,
            mx,
            disposable: checked.disposable,
            role: checked.role,
            suppressed: checked.suppressed.into_iter().map(EntryBody::from).collect(),
        }
    }
}

/// Check addresses
///
/// For cleaning a list before mail goes to it: form, likely slips, whether the domain takes mail (MX; RFC 5321 section 5.1, RFC 7505),
/// disposable domains, roles, and the suppression list. Nothing is sent, and nothing is changed. The name servers have 20 seconds for all;
/// what they do not tell in time is `unknown`, never `bad`. That somebody reads an address only a mail can tell.
#[utoipa::path(
    post, path = "/v1/addresses/check", tag = "addresses", request_body = CheckRequest,
    responses(
        (status = 200, description = "What was found.", body = CheckAnswer),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "There are no addresses, or too many."),
    ),
)]
pub async fn check(State(state): State<AppState>, headers: axum::http::HeaderMap, JsonBytes(body): JsonBytes) -> Reply<CheckAnswer> {
    let CheckRequest { emails, mx } = json::read(&body)?;
    let language = error::language(&headers);
    let checked = state.addresses.check(emails, mx).await?;
    let addresses: Vec<CheckedAddress> = checked.into_iter().map(|one| CheckedAddress::new(one, language)).collect();
    let count = |verdict: &str| addresses.iter().filter(|one| one.verdict == verdict).count();
    let (good, risky, bad, unknown) = (count("good"), count("risky"), count("bad"), count("unknown"));
    Ok(Json(CheckAnswer { good, risky, bad, unknown, addresses }))
}
