//! What became of a topic's mail.

use std::sync::Arc;

use jebi_domain::{
    port::{
        Store,
        engagement::TopicLink,
        results::{Hour, Hours, TopicResults},
    },
    refusal::{Fault, Refusal},
    results::{Series, Step},
    time::Wall,
};
use jiff::tz::TimeZone;

use super::trouble::refusal;

/// Which series is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub step: Step,
    /// Hours that begin at that time or later.
    pub since: Option<Wall>,
    /// Hours that begin before that time.
    pub until: Option<Wall>,
    /// Links at most, those followed most often.
    pub links: u32,
}

/// A topic, and what became of its mail.
#[derive(Debug)]
pub struct Shown {
    pub found: TopicResults,
    pub series: Series,
    pub links: Vec<TopicLink>,
}

/// Reads what became of topics.
pub struct Results {
    store: Arc<dyn Store>,
    /// Days begin by it.
    zone: TimeZone,
}

impl Results {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, zone: TimeZone) -> Self {
        Self { store, zone }
    }

    /// A topic with its counts, what waits of it, its series and its links.
    ///
    /// # Errors
    /// An unknown topic; times the wrong way round; a store that does not answer.
    pub async fn topic(&self, name: &str, asked: Asked) -> Result<Shown, Refusal> {
        if let Some((since, until)) = asked.since.zip(asked.until).filter(|(since, until)| since >= until) {
            let fault = format!("{until} is not after since, {since}");
            return Err(Refusal::invalid(Fault::new("until", "out_of_range", fault, "give a later time, or an earlier since")));
        }
        let hours = Hours {
            from: asked.since.map_or(Hour(0), Hour::not_before),
            until: asked.until.map_or(Hour(i64::MAX), Hour::not_before),
            limit: asked.step.hours(),
        };
        let found = self.store.topic_results(name, hours).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("topic"))?;
        let series = Series::of(&found.hours, asked.step, &self.zone);
        let links = self.store.topic_links(name, asked.links).await.map_err(refusal)?;
        Ok(Shown { found, series, links })
    }
}
