//! One call: what is sent, and what becomes of it.

use std::time::Duration;

use jebi_domain::{
    hook::{Answer, EndpointKind, Payload, Speech, TRIES, Verdict, chat, hold, judge, next_try, payload, sign::signatures, words},
    id::Incarnation,
    port::hooks::{CallEnd, CallState, CallTry, EndpointInfo, EndpointNo, HookBounds, HookCall, HookReply, HookRequest, Trimmed, Verdicts},
    refusal::Refusal,
    time::Wall,
};
use metrics::{counter, histogram};

use super::{Hooks, refusal, shown};

/// Longest error kept in the log, in characters.
const MAX_ERROR: usize = 500;

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Made {
    pub end: CallEnd,
    pub verdicts: Verdicts,
    /// It was answered well.
    pub well: bool,
}

impl Hooks {
    /// Takes calls that are due for this node, at most so many for each endpoint.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn take(&self, own: Incarnation, room: Vec<(EndpointNo, u32)>) -> Result<Vec<HookCall>, Refusal> {
        self.store.take_calls(own, room, self.now()).await.map_err(refusal)
    }

    /// Writes what came of calls of one endpoint.
    ///
    /// # Errors
    /// A store that cannot write: they are to be written again.
    pub async fn end(&self, own: Incarnation, ends: Vec<CallEnd>, verdicts: Verdicts) -> Result<(), Refusal> {
        self.store.end_calls(own, ends, verdicts, self.now()).await.map_err(refusal)
    }

    /// Frees calls of nodes that have ended.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn free(&self) -> Result<u64, Refusal> {
        self.store.free_calls().await.map_err(refusal)
    }

    /// Keeps the bounds, one slice.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn trim(&self) -> Result<bool, Refusal> {
        let Trimmed { dropped, more } = self.store.trim_calls(self.settings.bounds, self.now()).await.map_err(refusal)?;
        let HookBounds { backlog, waits, .. } = self.settings.bounds;
        for (endpoint, calls) in dropped {
            counter!("jebi_hook_calls_dropped_total").increment(calls);
            tracing::warn!(
                %endpoint,
                calls,
                backlog,
                waits_hours = waits.as_secs() / 3_600,
                "calls to a webhook were dropped: too many waited, or they waited for too long; the webhook's log names them, and they can be \
                 replayed"
            );
        }
        Ok(more)
    }

    /// What becomes of a call that is given back without a try: it is due then.
    #[must_use]
    pub fn given_back(call: &HookCall, due: Wall) -> CallEnd {
        CallEnd { endpoint: call.endpoint, event: call.event.no, state: CallState::Waiting, due: Some(due), tried: None }
    }

    /// Makes a call.
    pub async fn make(&self, endpoint: &EndpointInfo, call: &HookCall) -> Made {
        let ended = |state, due, tried| CallEnd { endpoint: call.endpoint, event: call.event.no, state, due, tried };
        let Some(told) = &call.told else {
            // What became of a delivery that is not there any more is nobody's business.
            return Made { end: ended(CallState::Dropped, None, None), verdicts: Verdicts::default(), well: false };
        };
        let (at, begun) = (self.now(), self.clock.boot());
        let reply = self.tell(endpoint, call, &payload(told), at).await;
        let took = self.clock.boot().since(begun);
        let now = self.now();
        let verdict = judge(&reply.answer);
        let tried = Some((call.attempts + 1, log(at, took, &reply)));
        let outcome = if verdict == Verdict::Done { "told" } else { "failed" };
        counter!("jebi_hook_calls_total", "kind" => endpoint.spec.kind.as_str(), "outcome" => outcome).increment(1);
        histogram!("jebi_hook_call_seconds", "kind" => endpoint.spec.kind.as_str()).record(took.as_secs_f64());
        let mut verdicts = Verdicts { held_until: hold(&reply.answer).map(|time| now + time), ..Verdicts::default() };
        let end = match verdict {
            Verdict::Done => ended(CallState::Told, None, tried),
            Verdict::Gone => {
                verdicts.gone = Some("it answered 410 Gone: it wants no more calls".to_owned());
                // Whoever enables it again gets it then.
                ended(CallState::Waiting, Some(now), tried)
            }
            Verdict::Again { after } => match next_try(call.tried + 1, after, &*self.random) {
                Some(wait) => ended(CallState::Waiting, Some(now + wait), tried),
                None => {
                    let why = format!("{TRIES} tries of a call failed, the last with: {}", reason(&reply));
                    verdicts.given_up = Some((call.since, why));
                    ended(CallState::Failed, None, tried)
                }
            },
        };
        if verdict != Verdict::Done {
            tracing::debug!(endpoint = %call.endpoint, event = %call.event, target = shown(&endpoint.spec), error = reason(&reply), "a call failed");
        }
        Made { end, verdicts, well: verdict == Verdict::Done }
    }

    async fn tell(&self, endpoint: &EndpointInfo, call: &HookCall, payload: &Payload, now: Wall) -> HookReply {
        let spec = &endpoint.spec;
        match spec.kind {
            EndpointKind::Webhook => self.standard(endpoint, call, payload, now).await,
            EndpointKind::Slack => self.chat(endpoint, &chat::slack(&words(payload, spec.language))).await,
            EndpointKind::Discord => self.chat(endpoint, &chat::discord(&words(payload, spec.language))).await,
            EndpointKind::Sns => {
                let subject = words(payload, Speech::English).headline;
                let text = String::from_utf8_lossy(&payload.body);
                self.sender.publish(&spec.target, &subject, &text).await
            }
            EndpointKind::Mail => self.mail(endpoint, call, &words(payload, spec.language)).await,
        }
    }

    /// A POST by Standard Webhooks: the same id however often it is tried, the time of this try, and a signature by each secret that holds.
    async fn standard(&self, endpoint: &EndpointInfo, call: &HookCall, payload: &Payload, now: Wall) -> HookReply {
        let kept = match self.opened(endpoint) {
            Ok(kept) => kept,
            Err(refusal) => return failed(refusal.to_string()),
        };
        let secrets = kept.signing(now);
        let (Some(url), false) = (kept.url, secrets.is_empty()) else { return failed("its url or secret is missing") };
        let id = call.event.to_string();
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-signature", signatures(&secrets, &id, now.seconds(), &payload.body)),
            ("webhook-timestamp", now.seconds().to_string()),
            ("webhook-id", id),
        ];
        self.sender.post(HookRequest { url, headers, body: payload.body.clone() }).await
    }

    async fn chat(&self, endpoint: &EndpointInfo, body: &serde_json::Value) -> HookReply {
        let kept = match self.opened(endpoint) {
            Ok(kept) => kept,
            Err(refusal) => return failed(refusal.to_string()),
        };
        let Some(url) = kept.url else { return failed("its url is missing") };
        let headers = vec![("content-type", "application/json".to_owned())];
        self.sender.post(HookRequest { url, headers, body: body.to_string().into_bytes() }).await
    }
}

/// A call that could not be made.
pub(super) fn failed(why: impl Into<String>) -> HookReply {
    HookReply { answer: Answer::None, error: why.into(), body: String::new() }
}

fn log(at: Wall, took: Duration, reply: &HookReply) -> CallTry {
    let status = match reply.answer {
        Answer::Status { status, .. } => Some(status),
        Answer::None => None,
    };
    let error = reply.error.chars().take(MAX_ERROR).collect();
    // PostgreSQL keeps no NUL in a text.
    CallTry { at, took, status, error, answer: reply.body.replace('\0', "\u{fffd}") }
}

/// In a word or two.
fn reason(reply: &HookReply) -> String {
    match reply.answer {
        Answer::Status { status, .. } => format!("status {status}"),
        Answer::None => reply.error.clone(),
    }
}

/// What a test says.
pub(super) fn test_text(speech: Speech) -> &'static str {
    match speech {
        Speech::English => "If you can read this, the webhook works.",
        Speech::Korean => "이 메시지가 보이면 웹훅이 정상적으로 동작하는 것입니다.",
    }
}
