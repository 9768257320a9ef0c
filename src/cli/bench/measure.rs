//! What is measured, and how: only by asking the server over HTTP.

use std::time::Duration;

use http::Method;
use indicatif::ProgressBar;
use jebi_domain::{
    delivery::State,
    port::{Clock, Random},
};
use serde_json::{Value, json};

use super::{super::Failure, caller::Caller};
use crate::system::{SystemClock, SystemRandom, peak_memory, processor_time};

/// Most recipients of one request.
const AT_ONCE: u32 = 10_000;
/// How often a large mailing is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Without any progress for this long something is wrong.
const STUCK: Duration = Duration::from_secs(60);

/// What was measured.
#[derive(Default)]
pub(super) struct Figures {
    pub one: Option<One>,
    pub many: Option<Many>,
}

/// Single mails, one after another.
pub(super) struct One {
    pub count: u32,
    /// From the request to the result, half of them at most.
    pub p50: Duration,
    pub p95: Duration,
    pub p99: Duration,
}

/// A large mailing.
pub(super) struct Many {
    pub count: u32,
    /// Recipients a second that were on disk and acknowledged.
    pub accepted_per_second: f64,
    /// Recipients a second from the first request to the last result.
    pub sent_per_second: f64,
    /// Of server and caller together; only where both are this process.
    pub own: Option<Own>,
}

/// What the process itself used.
pub(super) struct Own {
    /// Processor time a mail.
    pub processor: Duration,
    /// The most memory it ever had, in bytes; not known everywhere.
    pub memory: Option<u64>,
}

impl Figures {
    pub fn json(&self) -> Value {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        json!({
            "one": self.one.as_ref().map(|o| json!({"count": o.count, "p50_ms": ms(o.p50), "p95_ms": ms(o.p95), "p99_ms": ms(o.p99)})),
            "many": self.many.as_ref().map(|m| json!({
                "count": m.count,
                "accepted_per_second": m.accepted_per_second,
                "sent_per_second": m.sent_per_second,
                "processor_us_per_mail": m.own.as_ref().map(|own| own.processor.as_secs_f64() * 1e6),
                "peak_memory_bytes": m.own.as_ref().and_then(|own| own.memory),
            })),
        })
    }
}

/// Mail of a measurement goes to nobody: a server that sends it anywhere is not measured.
pub(super) async fn refuse_real_providers(caller: &mut Caller) -> Result<(), Failure> {
    let answer = caller.call(Method::GET, "/v1/providers", None).await?;
    let providers = answer["providers"].as_array().map(Vec::as_slice).unwrap_or_default();
    match providers.iter().find(|provider| provider["kind"] != "local") {
        None if !providers.is_empty() => Ok(()),
        None => Err(Failure::refused("--url: that server names no provider, so it cannot be told that nothing would be sent")),
        Some(real) => Err(Failure::refused(format!(
            "--url: that server sends through {}, and a measurement must reach nobody; measure one with PROVIDER=local",
            real["name"].as_str().unwrap_or("a real provider")
        ))),
    }
}

/// Sends `count` mails one after another, each once the one before is sent.
pub(super) async fn one(caller: &mut Caller, count: u32, bar: &ProgressBar) -> Result<One, Failure> {
    let mut times = Vec::with_capacity(count as usize);
    for n in 0..count {
        let begun = SystemClock.boot();
        let body = json!({"messages": [mail(&[format!("bench-{n}@example.com")])]});
        let answer = caller.call(Method::POST, "/v1/messages", Some(&body)).await?;
        let id = answer["messages"][0]["deliveries"][0]["id"].as_str().map(str::to_owned);
        let path = format!("/v1/deliveries/{}", id.ok_or_else(|| unread("no delivery in the answer"))?);
        loop {
            let delivery = caller.call(Method::GET, &path, None).await?;
            match delivery["state"].as_str().and_then(State::parse) {
                Some(State::Sent) => break,
                Some(state) if state.is_result() => return Err(unread(&format!("a mail became {}", state.as_str()))),
                _ if SystemClock.boot().since(begun) > STUCK => return Err(stuck()),
                _ => {}
            }
        }
        times.push(SystemClock.boot().since(begun));
        bar.inc(1);
    }
    bar.finish_and_clear();
    times.sort_unstable();
    Ok(One { count, p50: percentile(&times, 50), p95: percentile(&times, 95), p99: percentile(&times, 99) })
}

/// Sends one mailing of `count` recipients.
pub(super) async fn many(caller: &mut Caller, count: u32, own: bool, bar: &ProgressBar) -> Result<Many, Failure> {
    let mut label = [0; 6];
    SystemRandom.fill(&mut label);
    let topic = label.iter().fold("bench-".to_owned(), |name, byte| format!("{name}{byte:02x}"));
    let (begun, processor) = (SystemClock.boot(), processor_time());
    for from in (0..count).step_by(AT_ONCE as usize) {
        let emails: Vec<String> = (from..count.min(from + AT_ONCE)).map(|n| format!("bench-{n}@example.com")).collect();
        let mut message = mail(&emails);
        message["topic_id"] = json!(topic);
        message["lane"] = json!("bulk");
        caller.call(Method::POST, "/v1/messages", Some(&json!({"messages": [message]}))).await?;
    }
    let accepted = SystemClock.boot().since(begun);
    let (mut seen, mut moved) = (0, SystemClock.boot());
    while seen < u64::from(count) {
        let counts = caller.call(Method::GET, &format!("/v1/topics/{topic}"), None).await?;
        let of = |name: &str| counts[name].as_u64().unwrap_or(0);
        let lost: u64 = ["failed", "suppressed", "cancelled", "expired", "unknown"].into_iter().map(of).sum();
        if lost > 0 {
            return Err(unread(&format!("{lost} mails were not sent")));
        }
        if of("sent") > seen {
            (seen, moved) = (of("sent"), SystemClock.boot());
            bar.set_position(seen);
        } else if SystemClock.boot().since(moved) > STUCK {
            return Err(stuck());
        }
        tokio::time::sleep(LOOK).await;
    }
    let (sent, used) = (moved.since(begun), processor_time().saturating_sub(processor));
    bar.finish_and_clear();
    let rate = |time: Duration| f64::from(count) / time.as_secs_f64().max(f64::EPSILON);
    let own = own.then(|| Own { processor: used / count, memory: peak_memory() });
    Ok(Many { count, accepted_per_second: rate(accepted), sent_per_second: rate(sent), own })
}

/// A mail of about 1 KiB, as the figures of the documents have it.
fn mail(emails: &[String]) -> Value {
    let words = "제비가 편지를 물고 왔습니다. ".repeat(20);
    json!({"from": "bench@example.com", "emails": emails, "subject": "성능 측정", "content": format!("<p>{words}</p>")})
}

/// The smallest time that at least `share` percent of the sorted times do not pass (nearest rank).
fn percentile(sorted: &[Duration], share: usize) -> Duration {
    let rank = (sorted.len() * share).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn unread(why: &str) -> Failure {
    Failure::unavailable(format!("it could not be measured: {why}"))
}

fn stuck() -> Failure {
    unread(&format!("nothing was sent for {} s; GET /v1/providers says why", STUCK.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let at = |share| percentile(&times, share).as_millis();
        assert_eq!((at(50), at(95), at(99)), (100, 190, 198));
        assert_eq!(percentile(&times[..1], 99).as_millis(), 1);
    }
}
