//! `/v1/persons`: what is known of an address, shown to its owner and erased for them.

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::port::InboxSummary;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    consents::ConsentDetail,
    deliveries::PersonDelivery,
    shape::Time,
    suppression::{EntryBody, RemovedBody},
    unsubscribes::UnsubscribeBody,
};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        params::{Id, Named, Params},
    },
    service::{
        Caller,
        privacy::{Erased, Person, PersonMail},
        reputation::Reputation,
    },
};

/// An address in a path.
pub struct PersonAddress(String);

impl Named for PersonAddress {
    const WHAT: &'static str = "person";
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// Everything known of an address.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonBody {
    address: String,
    /// Newest first. Of mail to several people this person alone; what a mail said is at `GET /v1/messages/{id}`.
    deliveries: Vec<PersonDeliveryBody>,
    /// Entries of the suppression list.
    suppressions: Vec<EntryBody>,
    /// Entries that were taken off it.
    suppressions_removed: Vec<RemovedBody>,
    unsubscribes: Vec<UnsubscribeBody>,
    /// Consents to advertising, and all that was written of them.
    consents: Vec<ConsentDetail>,
    /// Mails the local inbox keeps.
    inbox: Vec<PersonInboxMail>,
}

/// One mail to the person.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonDelivery)]
pub struct PersonDeliveryBody {
    #[serde(flatten)]
    delivery: PersonDelivery,
    /// What it was filled in with for them: language and variables.
    #[schema(value_type = Option<Object>)]
    personal: Option<Value>,
}

/// A mail of the local inbox.
#[derive(Serialize, ToSchema)]
pub struct PersonInboxMail {
    id: i64,
    at: Time,
    from: String,
    subject: String,
    /// Bytes.
    size: u64,
}

impl PersonDeliveryBody {
    fn of(mail: PersonMail, guard: &Reputation) -> Self {
        let personal = mail.personal.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        Self { delivery: PersonDelivery::of(mail.delivery, mail.timeline, guard), personal }
    }
}

impl From<InboxSummary> for PersonInboxMail {
    fn from(mail: InboxSummary) -> Self {
        Self { id: mail.no, at: Time(mail.at), from: mail.from, subject: mail.subject, size: mail.size }
    }
}

impl PersonBody {
    fn of(address: String, person: Person, guard: &Reputation) -> Self {
        Self {
            address,
            deliveries: person.mails.into_iter().map(|mail| PersonDeliveryBody::of(mail, guard)).collect(),
            suppressions: person.suppressions.into_iter().map(EntryBody::from).collect(),
            suppressions_removed: person.suppressions_removed.into_iter().map(RemovedBody::from).collect(),
            unsubscribes: person.refusals.into_iter().map(UnsubscribeBody::from).collect(),
            consents: person.consents.into_iter().map(ConsentDetail::from).collect(),
            inbox: person.inbox.into_iter().map(PersonInboxMail::from).collect(),
        }
    }
}

/// Show what is known of a person
///
/// Everything that stands of an address: every mail to it with its timeline and its own values, the suppression list, unsubscribes, consents with
/// their history, and mails of the local inbox. Of mail to several people it shows this one alone. For the right of access and to a copy (GDPR
/// articles 15 and 20; 개인정보 보호법 article 35).
#[utoipa::path(
    get, path = "/v1/persons/{address}", tag = "persons",
    params(("address" = String, Path, description = "The address, percent-encoded.")),
    responses((status = 200, description = "What is known.", body = PersonBody), (status = 422, description = "It is no address.")),
)]
pub async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(PersonAddress(address)): Id<PersonAddress>,
) -> Reply<PersonBody> {
    let person = state.privacy.export(&address).await;
    let person = state.audit.ended(&caller, "person.export", "", |_| String::new(), person).await?;
    Ok(Json(PersonBody::of(address, person, &state.reputation)))
}

/// What was erased.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasedPerson)]
pub struct ErasedBody {
    /// Copies the person was erased from; what waited for them is suppressed.
    deliveries: u64,
    /// Copies that are being sent, or whose outcome is open. Where it is not 0, ask again later: they are left as they are until then.
    open: u64,
    unsubscribes: u64,
    /// Consents whose proof stays, without the address.
    consents: u64,
    /// Mails removed from the local inbox.
    inbox: u64,
    /// `all` where the address was on the suppression list, else `bulk`: what is not sent to it from now on.
    kept_from: &'static str,
}

impl From<Erased> for ErasedBody {
    fn from(erased: Erased) -> Self {
        let Erased { deliveries, open, inbox, forgotten } = erased;
        let kept_from = if forgotten.suppressed { "all" } else { "bulk" };
        Self { deliveries, open, unsubscribes: forgotten.refusals, consents: forgotten.consents, inbox, kept_from }
    }
}

/// Erase a person
///
/// Address, name, own values and the words of servers go from every mail; what was sent to this person alone loses what it said. Counts, states and
/// times stay. A keyed hash of the address stays, so that no bulk mail goes to it again, and no mail at all where it was on the suppression list,
/// until its owner consents anew (`POST /v1/consents`) or asks for it (`DELETE /v1/persons/{address}/erasure`). Consents stay as proof under that
/// hash. Repeatable. For the right to erasure (GDPR article 17; 개인정보 보호법 article 36).
#[utoipa::path(
    post, path = "/v1/persons/{address}/erase", tag = "persons",
    params(("address" = String, Path, description = "The address, percent-encoded.")),
    responses(
        (status = 200, description = "Erased, but for what is open.", body = ErasedBody),
        (status = 409, description = "The node has no secret."),
        (status = 422, description = "It is no address."),
    ),
)]
pub async fn erase(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(PersonAddress(address)): Id<PersonAddress>,
) -> Reply<ErasedBody> {
    let erased = state.privacy.erase(&address).await;
    // Without the address: the log is never changed. In how many copies it stood.
    let detail = |done: &Erased| done.deliveries.to_string();
    let erased = state.audit.ended(&caller, "person.erase", "", detail, erased).await?;
    Ok(Json(erased.into()))
}

/// Why somebody is mailed again.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// How they asked for it, without their address: 1 to 500 characters. It is kept in the audit log.
    #[serde(default)]
    reason: String,
}

/// Mail an erased person again
///
/// Because its owner asked to be mailed again. The hash of the address that kept mail from it is deleted; what was erased does not come back. A
/// consent recorded with a time after the erasure does the same for mail of its profile.
#[utoipa::path(
    delete, path = "/v1/persons/{address}/erasure", tag = "persons",
    params(("address" = String, Path, description = "The address, percent-encoded."), Asked),
    responses(
        (status = 204, description = "Mail goes to it again."),
        (status = 404, description = "Nobody of this address was erased."),
        (status = 409, description = "The node has no secret."),
        (status = 422, description = "It is no address, or the reason is missing or too long."),
    ),
)]
pub async fn readmit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(PersonAddress(address)): Id<PersonAddress>,
    Params(Asked { reason }): Params<Asked>,
) -> Result<StatusCode, Problem> {
    let reason = reason.trim();
    let done = state.privacy.readmit(&address, reason).await;
    state.audit.ended(&caller, "person.readmit", "", |()| reason.to_owned(), done).await?;
    Ok(StatusCode::NO_CONTENT)
}
