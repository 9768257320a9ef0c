//! `POST /v1/topics/{id}/resend`: sending a topic's mail again to those who did not get it.

use axum::{Extension, extract::State, http::HeaderMap, response::Response};
use jebi_domain::{
    event::FeedbackKind,
    id::DeliveryKey,
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{
    again::{self, RetryAnswer},
    deliveries::filter::read_feedback,
};
use crate::{
    http::{
        AppState,
        error::Problem,
        json,
        limit::MaybeJsonBytes,
        params::{Id, bad_cursor, cursor, read_text_cursor},
    },
    service::{
        Caller,
        retry::{Part, Place, Scope, Sought},
    },
};

/// Pages looked through by one request: at most 20,000 copies sent again, or some 800,000 looked at, which is a matter of seconds.
const PAGES: u32 = 40;
/// How often a mail may have been sent again before, when the caller does not say.
const RETRIES: u32 = 3;

/// To whom to send again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// Recipients in these states: `failed`, `expired`, `unknown`, `unsettled`; the last two may then get it twice. Where neither this
    /// nor `feedback` is given: `failed` and `expired`.
    states: Option<Vec<String>>,
    /// Recipients of whom this was reported: `soft_bounced`. Whoever got it all the same, as reports say, is left out.
    feedback: Option<Vec<String>>,
    /// Not what was sent again so often before: 0 to 100, 3 by default.
    #[schema(minimum = 0, maximum = 100)]
    max_retries: Option<u32>,
    /// When to send it: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone; at once where it is not given.
    scheduled_at: Option<String>,
    /// `next_cursor` of the answer before, with the same `states` and `feedback`: where to go on.
    cursor: Option<String>,
}

/// What was sent again by this request.
#[derive(Serialize, ToSchema)]
pub struct ResendAnswer {
    #[serde(flatten)]
    done: RetryAnswer,
    /// Whether there is more of the topic to look through.
    more: bool,
    /// Pass it as `cursor` of the next request; `null` when all was looked through.
    next_cursor: Option<String>,
}

impl ResendRequest {
    fn read(self, topic: &str) -> Result<(Scope, Option<String>), Refusal> {
        let mut sought = Vec::new();
        for word in self.states.iter().flatten() {
            sought.push(Sought::State(again::retried(word)?));
        }
        for word in self.feedback.iter().flatten() {
            sought.push(soft_bounced(word)?);
        }
        if self.states.is_none() && self.feedback.is_none() {
            sought = again::STATES[..2].iter().map(|state| Sought::State(*state)).collect();
        }
        if sought.is_empty() {
            let remedy = "name states or feedback, or leave both out for failed and expired";
            return Err(Refusal::invalid(Fault::new("states", "missing_field", "nobody is asked for", remedy)));
        }
        let from = self.cursor.as_deref().map(|text| read_place(text, &sought)).transpose()?;
        let scope = Scope {
            message: None,
            topic: Some(topic.to_owned()),
            within: None,
            sought,
            part: Some(Part { from, pages: PAGES }),
            max_retries: Some(again::max_retries(self.max_retries.unwrap_or(RETRIES))?),
        };
        Ok((scope, self.scheduled_at))
    }
}

fn soft_bounced(word: &str) -> Result<Sought, Refusal> {
    let fault = match read_feedback(word)? {
        FeedbackKind::SoftBounced => return Ok(Sought::SoftBounced),
        FeedbackKind::Bounced | FeedbackKind::Rejected => format!("{word}: it was refused for good, and would be again"),
        FeedbackKind::Complained => format!("{word}: whoever reported it as spam is not mailed again"),
        FeedbackKind::Delayed => format!("{word}: the provider goes on trying by itself"),
        _ => format!("{word}: whoever got it does not get it again"),
    };
    Err(Refusal::invalid(Fault::new("feedback", "feedback_not_retried", fault, "use soft_bounced")))
}

fn write_place(place: Place) -> String {
    let after = place.after.map(|key| key.0.to_string()).unwrap_or_default();
    cursor(format!("{}:{after}", place.sought.as_str()).as_bytes())
}

fn read_place(text: &str, sought: &[Sought]) -> Result<Place, Refusal> {
    let text = read_text_cursor(text)?;
    let (word, after) = text.split_once(':').ok_or_else(bad_cursor)?;
    let sought = sought.iter().find(|one| one.as_str() == word).copied().ok_or_else(bad_cursor)?;
    let after = if after.is_empty() { None } else { Some(DeliveryKey(after.parse().map_err(|_| bad_cursor())?)) };
    Ok(Place { sought, after })
}

/// Send a topic again to those who did not get it
///
/// Who failed for now, expired or soft-bounced gets a new delivery with the same content, linked with the old one both ways; where nobody
/// knows whether it arrived, the same delivery goes once more. Nobody gets it twice by this: a copy is sent again once, however often and
/// from however many places it is asked for, and each new copy at most `max_retries` times along its chain. What was refused for good,
/// what bounced hard or was reported as spam, suppressed addresses and cancelled mail never go again. One request looks through a part of
/// a large topic: while `more` is true, go on with `next_cursor`. Without it the request begins anew and passes over what was sent again.
#[utoipa::path(
    post, path = "/v1/topics/{id}/resend", tag = "topics", operation_id = "resend",
    params(("id" = String, Path, description = "The topic_id given when sending."), again::IdempotencyKey),
    request_body = Option<ResendRequest>,
    responses(
        (status = 202, description = "What `success` counts is on disk and will be tried.", body = ResendAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 404, description = "No such topic."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong, or names what is never sent again."),
        (status = 503, description = "Too much is waiting, or the store cannot write. What was sent again stays so; repeat it later to go on."),
    ),
)]
pub async fn resend(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<String>,
    headers: HeaderMap,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<Response, Problem> {
    let request: ResendRequest = json::read_or_default(&body)?;
    let work = async {
        let (scope, scheduled_at) = request.read(&id)?;
        let when = again::when(&state, scheduled_at.as_deref())?;
        let done = state.retry.scope(&caller, scope, when).await;
        let report = state.audit.ended(&caller, "topic.resend", &id, again::told, done).await?;
        let next = report.next;
        Ok(ResendAnswer { done: RetryAnswer::new(report, when), more: next.is_some(), next_cursor: next.map(write_place) })
    };
    again::once(&state, &caller, &headers, &format!("resend {id}"), &body, work).await
}

#[cfg(test)]
mod tests {
    use jebi_domain::delivery::State as DeliveryState;

    use super::*;

    #[test]
    fn a_place_reads_back_and_belongs_to_what_was_asked_for() {
        let sought = [Sought::State(DeliveryState::Expired), Sought::SoftBounced];
        for place in [Place { sought: sought[0], after: None }, Place { sought: sought[1], after: Some(DeliveryKey(77)) }] {
            let text = write_place(place);
            assert_eq!(read_place(&text, &sought).unwrap(), place);
            assert_eq!(read_place(&text, &[Sought::State(DeliveryState::Failed)]).unwrap_err().faults[0].code, "invalid_cursor");
        }
        for bad in ["", "expired", "expired:x", "sent:1"] {
            assert_eq!(read_place(&cursor(bad.as_bytes()), &sought).unwrap_err().faults[0].field, "cursor", "{bad:?}");
        }
    }
}
