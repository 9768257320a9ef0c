//! What is said of bulk mail that is held back.

use super::{Judgement, Mark, Scope, Standing};
use crate::{outcome::Reason, time::Wall, warmup::Today};

/// Who decides where nobody does: the name its acts are written down under.
pub const GUARD: &str = "the reputation guard";

/// What a rate of bounces and complaints is made of.
#[must_use]
pub fn figures(judged: &Judgement, standing: &Standing) -> String {
    let what = if judged.complaints { "complained" } else { "bounced" };
    let n = if judged.complaints { standing.tally.complained } else { standing.tally.bounced };
    format!(
        "{:.2} % {what}: {n} of {} recipients since {}; the limit is {} %",
        judged.rate, standing.tally.sent, standing.since, judged.limit
    )
}

/// Bulk mail waits for a person.
#[must_use]
pub fn paused(scope: &Scope, mark: &Mark) -> Reason {
    let by = mark.by.as_deref().unwrap_or(GUARD);
    let text = format!("bulk mail of {scope} was paused by {by}: {}", mark.why);
    let remedy = format!("find out whom it went to and clean that list, then let it go on: jebi reputation resume {scope} --reason ...");
    Reason::new("reputation_paused", text, remedy)
}

/// Bulk mail has a share of the rate.
#[must_use]
pub fn slowed(scope: &Scope, mark: &Mark) -> Reason {
    let text = format!("bulk mail of {scope} is slowed: {}", mark.why);
    Reason::new(
        "reputation_slowed",
        text,
        "clean the list it goes to; it goes faster by itself when the rate is well below the limit again",
    )
}

/// The provider watches the account.
#[must_use]
pub fn under_review(scope: &Scope) -> Reason {
    let text = format!("bulk mail of {scope} is slowed: the provider has put the account under review");
    Reason::new(
        "account_review",
        text,
        "look into the provider's console, clean the lists that bounce or are complained of, and answer its case",
    )
}

/// A day's allowance is used up, or will be.
#[must_use]
pub fn warming_up(scope: &Scope, today: &Today, sent: u64) -> Reason {
    let text = if today.day == 0 {
        format!("bulk mail of {scope} waits for the first day of its warm-up")
    } else {
        format!("{scope} warms up: {sent} of {} recipients of day {} are sent to", today.allowed, today.day)
    };
    Reason::new("warm_up", text, "nothing to do: it goes on with the next day; the plan is warmup.plans of the configuration")
}

/// Why a topic was stopped.
#[must_use]
pub fn stopped(rate: f64, of: u64, limit: f64) -> String {
    format!("{rate:.1} % of its first {of} results bounced; the limit is {limit} %")
}

/// Why somebody let mail go on, and since when it counts anew.
#[must_use]
pub fn resumed(why: &str, now: Wall) -> String {
    format!("{why} (counts anew since {now})")
}
