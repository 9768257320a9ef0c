//! What became of topics, hour by hour. The hours move with the topic's counts, one statement for each hour a turn touches.

use std::collections::BTreeMap;

use jebi_domain::{
    event::FeedbackKind,
    message::Lane,
    port::{
        Boxed, ResultsStore,
        results::{Hour, HourCounts, Hours, TopicResults, Waiting},
        store::{Counts, StoreResult, VerifySlice},
    },
    time::Wall,
};

use super::{Engine, Error, Row, Snapshot, SqlStore, params, q, turn::Turn, verify::violate, view};

/// The marker that says from which time on a topic's hours hold everything.
const COMPLETE_FROM: &str = "topic_hours";

impl<E: Engine> ResultsStore for SqlStore<E> {
    fn topic_results(&self, topic: &str, hours: Hours) -> Boxed<'_, StoreResult<Option<TopicResults>>> {
        let topic = topic.to_owned();
        self.look(move |s| {
            let Some((no, view)) = view::numbered_topic(s, &topic)? else { return Ok(None) };
            // Below the first hour lies what was counted before hours were kept.
            let asked = (no, hours.from.0.max(0), hours.until.0, hours.limit);
            let hours = s.rows(q!("topic_hours"), asked, |r| Ok((Hour(r.get(0)?), counts(r, 1)?)))?;
            Ok(Some(TopicResults { view, hours, waiting: waiting(s, no)? }))
        })
    }
}

fn counts(r: &Row<'_>, first: usize) -> Result<HourCounts, Error> {
    let mut all = [0; 9];
    for (i, count) in all.iter_mut().enumerate() {
        *count = r.get(first + i)?;
    }
    Ok(HourCounts::of(all))
}

fn waiting(s: &Snapshot<'_>, topic: i64) -> Result<Vec<Waiting>, Error> {
    let found = s.rows(q!("topic_due"), [topic], |r| {
        let (first, last): (Option<i64>, Option<i64>) = (r.get(3)?, r.get(4)?);
        Ok((r.get::<String>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?, first.zip(last)))
    })?;
    let mut out = Vec::with_capacity(found.len());
    for (provider, lane, waiting, due) in found {
        let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
        if let Some((first, last)) = due {
            out.push(Waiting { provider, lane, waiting, first_due: Wall(first), last_due: Wall(last) });
        }
    }
    Ok(out)
}

/// How the hours of topics move. Mail without a topic has none.
#[derive(Default)]
pub(super) struct TopicHours(BTreeMap<(i64, i64), HourCounts>);

impl TopicHours {
    pub fn sent(&mut self, topic: i64, at: Wall, n: i64) {
        if topic != 0 {
            self.at(topic, at).sent += n;
        }
    }

    pub fn reported(&mut self, topic: i64, kind: FeedbackKind, at: Wall, n: i64) {
        if topic != 0
            && let Some(count) = self.at(topic, at).feedback_mut(kind)
        {
            *count += n;
        }
    }

    fn at(&mut self, topic: i64, at: Wall) -> &mut HourCounts {
        self.0.entry((topic, Hour::of(at).0)).or_default()
    }

    pub fn merge(&mut self, other: Self) {
        for (place, counts) in other.0 {
            self.0.entry(place).or_default().add(&counts);
        }
    }

    /// Writes them, in one order, after the rows of their topics: of two writers of a topic one waits there. Times that others tell may be
    /// nonsense: what is said to lie before a topic was made counts in its first hour, what is said to lie ahead in the hour of now.
    pub fn flush(&self, turn: &Turn<'_>, now: Wall) -> Result<(), Error> {
        let latest = Hour::of(now).0;
        for ((topic, hour), counts) in &self.0 {
            let [sent, delivered, bounced, complained, opened, clicked, by_opening, by_clicking, unsubscribed] = counts.all();
            if counts.all() == [0; 9] {
                continue;
            }
            turn.run(
                q!("topic_hour_add"),
                params![
                    topic,
                    (*hour).min(latest),
                    sent,
                    delivered,
                    bounced,
                    complained,
                    opened,
                    clicked,
                    by_opening,
                    by_clicking,
                    unsubscribed
                ],
            )?;
        }
        Ok(())
    }
}

/// The hours of a topic add up to its counts. Where a node of an earlier version may have moved counts and no hours, they are not more.
pub(super) fn verify(
    s: &Snapshot<'_>,
    (no, created_at): (i64, i64),
    name: &str,
    kept: &Counts,
    out: &mut VerifySlice,
) -> Result<(), Error> {
    if no == 0 {
        return Ok(());
    }
    let summed = s.row(q!("verify_topic_hours"), [no], |r| counts(r, 0))?.unwrap_or_default();
    let mut expected = HourCounts { sent: kept.sent, ..HourCounts::default() };
    let mut counts = *kept;
    for kind in FeedbackKind::ALL {
        if let Some(count) = expected.feedback_mut(kind) {
            *count = *counts.feedback_mut(kind);
        }
    }
    let complete_from: i64 = s.row(q!("marker_get"), [COMPLETE_FROM], |r| r.get(0))?.unwrap_or(0);
    let lacks = created_at < complete_from && summed.all().iter().zip(expected.all()).all(|(hours, count)| *hours <= count);
    if summed != expected && !lacks {
        violate(out, "hours_differ", format!("topic {name}: counts {expected:?}, its hours add up to {summed:?}"));
    }
    Ok(())
}
