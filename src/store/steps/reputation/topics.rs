//! Topics whose first mails bounce: they are under watch from their first bounce on.

use jebi_domain::{
    port::reputation::TopicFirst,
    reputation::{FirstResults, UNDER_WATCH},
    time::Wall,
};

use crate::store::steps::{Error, Snapshot, cancel, q, turn::Turn};

/// Topics whose first results are looked at, those that bounced last first.
pub(in crate::store::steps) fn first_results(s: &Snapshot<'_>) -> Result<Vec<TopicFirst>, Error> {
    s.rows(q!("reputation_topics"), (), |r| {
        let n = |i| Ok::<_, Error>(u64::try_from(r.get::<i64>(i)?).unwrap_or(0));
        Ok(TopicFirst { topic: r.get(0)?, known: FirstResults { sent: n(1)?, delivered: n(2)?, bounced: n(3)? } })
    })
}

/// Ends the look at a topic's first results; with a reason its bulk mail is stopped.
pub(in crate::store::steps) fn judged(turn: &mut Turn<'_>, name: &str, stop: Option<&str>, now: Wall) -> Result<bool, Error> {
    let Some((topic, _)) = turn.find_topic(name)? else { return Ok(false) };
    if stop.is_some() {
        cancel::locked_queues(turn, topic)?;
    }
    if turn.execute(q!("reputation_topic_judge"), (topic, now.0, stop))? == 0 {
        return Ok(false);
    }
    if stop.is_some() {
        cancel::stop_bulk(turn, name, now)?;
    }
    Ok(true)
}

/// Ends the watch over topics of which nothing bounced for long: a bounce to come begins it anew.
pub(in crate::store::steps) fn purge(turn: &Turn<'_>, now: Wall) -> Result<(), Error> {
    turn.run(q!("reputation_topic_purge"), [(now - UNDER_WATCH).0])
}
