//! Lists of copies: keyset pages, newest message first. A topic's copies are read through its messages (key ranges), by state
//! within them; an address's through the address index and the rows it has not reached yet.

use jebi_domain::{
    address,
    delivery::State,
    id::{DeliveryKey, MAX_COPIES, MessageNo},
    port::store::{DeliveryFilter, DeliveryPage, DeliveryView, MessageFilter, MessageLine, MessagePage},
    time::Wall,
};

use super::{
    Error, Snapshot,
    claim::range,
    housekeep::address_hash,
    params, q, refs,
    turn::HOUR_MS,
    view::{Standing, standing},
};

/// Copies looked at for one page at most, so that a rare state in a large store cannot hold a reader for long. A page cut by
/// it may be short, and still has a next one.
const LOOKED_AT: u32 = 20_000;
/// What a message that does not fit counts for: its content is read to see that.
const MESSAGE_WEIGHT: u32 = 5;
/// Rows read at a time.
const CHUNK: u32 = 500;

/// A page under way.
struct Page<'a> {
    filter: &'a DeliveryFilter,
    email: Option<String>,
    limit: usize,
    looked_at: u32,
    out: DeliveryPage,
}

impl Page<'_> {
    fn offer(&mut self, copy: DeliveryView) {
        self.looked_at += 1;
        let state = self.filter.state.is_none_or(|st| copy.recipients.iter().any(|r| r.state == st));
        let feedback = self.filter.feedback.is_none_or(|kind| copy.recipients.iter().any(|r| r.feedback & kind.bit() != 0));
        let email = self.email.as_ref().is_none_or(|e| copy.recipients.iter().any(|r| address::key(&r.email) == *e));
        if state && feedback && email {
            self.out.deliveries.push(copy);
        }
    }

    /// Whether a copy whose stored state and feedback are these cannot fit, so that it need not be read whole. A result is shown as it is
    /// stored, but for what is shown as cancelled; recipients of a joint copy have results of their own, and its row has the feedback of all.
    fn passes_over(&mut self, code: i64, joint: bool, feedback: i64) -> bool {
        let wanted = self.filter.state.filter(|st| st.is_result() && *st != State::Cancelled && !joint);
        let silent = self.filter.feedback.is_some_and(|kind| feedback & kind.bit() == 0);
        let over = silent || wanted.is_some_and(|st| st.code() != code);
        self.looked_at += u32::from(over);
        over
    }

    /// Passes over a message that does not fit. `true` when the page has looked at enough.
    fn skip(&mut self, message: i64) -> bool {
        self.looked_at += MESSAGE_WEIGHT;
        self.ends_at(DeliveryKey::new(MessageNo(message), MAX_COPIES - 1))
    }

    /// Ends the page after the copy with this key if it is full or has looked at enough.
    fn ends_at(&mut self, key: DeliveryKey) -> bool {
        let ends = self.out.deliveries.len() >= self.limit || self.looked_at >= LOOKED_AT;
        if ends {
            self.out.next = Some(key);
        }
        ends
    }
}

pub(super) fn deliveries(s: &Snapshot<'_>, filter: &DeliveryFilter, after: Option<DeliveryKey>, limit: u32) -> Result<DeliveryPage, Error> {
    let email = filter.email.as_deref().map(|e| address::key(e).to_string());
    let mut page = Page { filter, email, limit: limit as usize, looked_at: 0, out: DeliveryPage::default() };
    match (&filter.message, &filter.email) {
        _ if filter.provider_id.is_some() => by_provider_id(s, &mut page, after)?,
        (Some(id), _) => {
            let no = s.row(q!("message_no"), [id.0.as_slice()], |r| r.get(0))?;
            if let Some(no) = no
                && let Some(st) = standing(s, no)?
                && fits(filter, &st)
            {
                through_message(s, &mut page, &st, after)?;
            }
        }
        (None, Some(email)) => by_address(s, &mut page, email, after)?,
        (None, None) => through_messages(s, &mut page, after)?,
    }
    Ok(page.out)
}

fn fits(filter: &DeliveryFilter, st: &Standing) -> bool {
    let m = &st.known.message;
    filter.topic.as_ref().is_none_or(|t| *t == m.topic)
        && filter.message.is_none_or(|id| id == m.id)
        && filter.provider.as_ref().is_none_or(|p| *p == m.provider)
        && filter.lane.is_none_or(|lane| lane == m.lane)
        && filter.tag.as_ref().is_none_or(|tag| m.content.tags.contains(tag))
        && within(m.created_at, filter.since, filter.until)
}

fn within(at: Wall, since: Option<Wall>, until: Option<Wall>) -> bool {
    since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until)
}

/// Walks messages newest first, over hours outside the time asked for without reading them.
struct Walk {
    /// `None` for all topics.
    topic: Option<i64>,
    before: i64,
    since: Option<Wall>,
    until: Option<Wall>,
}

impl Walk {
    /// `None` where there is no such topic.
    fn new(
        s: &Snapshot<'_>,
        topic: Option<&str>,
        before: i64,
        (since, until): (Option<Wall>, Option<Wall>),
    ) -> Result<Option<Self>, Error> {
        let topic = match topic {
            None => None,
            Some(name) => match s.row(q!("topic_by_name"), [name], |r| r.get(0))? {
                Some(no) => Some(no),
                None => return Ok(None),
            },
        };
        Ok(Some(Self { topic, before, since, until }))
    }

    fn next(&mut self, s: &Snapshot<'_>) -> Result<Option<i64>, Error> {
        loop {
            let from = match self.hours(s)? {
                None => return Ok(None),
                Some((from, end)) => {
                    self.before = self.before.min(end);
                    from
                }
            };
            let found: Option<i64> = match self.topic {
                Some(topic) => s.row(q!("message_before_in_topic"), (topic, self.before), |r| r.get(0))?,
                None => s.row(q!("message_before"), [self.before], |r| r.get(0))?,
            };
            let Some(no) = found else { return Ok(None) };
            if no >= from {
                self.before = no;
                return Ok(Some(no));
            }
            self.before = from;
        }
    }

    /// The newest numbers below `before` that may lie within the time: from the first up to the second.
    fn hours(&self, s: &Snapshot<'_>) -> Result<Option<(i64, i64)>, Error> {
        if self.since.is_none() && self.until.is_none() {
            return Ok(Some((i64::MIN, i64::MAX)));
        }
        let hour = |at: Option<Wall>, else_: i64| at.map_or(else_, |at| at.0.div_euclid(HOUR_MS));
        s.row(q!("hour_before"), (self.before, hour(self.since, i64::MIN), hour(self.until, i64::MAX)), |r| {
            Ok((r.get(0)?, r.get::<Option<i64>>(1)?.unwrap_or(i64::MAX)))
        })
    }
}

pub(super) fn messages(s: &Snapshot<'_>, filter: &MessageFilter, before: Option<MessageNo>, limit: u32) -> Result<MessagePage, Error> {
    let mut out = MessagePage::default();
    let before = before.map_or(i64::MAX, |no| no.0);
    let Some(mut walk) = Walk::new(s, filter.topic.as_deref(), before, (filter.since, filter.until))? else { return Ok(out) };
    let mut looked_at = 0;
    while let Some(no) = walk.next(s)? {
        if let Some(st) = standing(s, no)?.filter(|st| within(st.known.message.created_at, filter.since, filter.until)) {
            out.messages.push(MessageLine { message: st.known.message, copies: st.known.copies, cancelled_at: st.cancelled_at });
        }
        looked_at += MESSAGE_WEIGHT;
        if out.messages.len() >= limit as usize || looked_at >= LOOKED_AT {
            out.next = Some(MessageNo(no));
            break;
        }
    }
    Ok(out)
}

/// Messages newest first; within each, copies in order.
fn through_messages(s: &Snapshot<'_>, page: &mut Page<'_>, after: Option<DeliveryKey>) -> Result<(), Error> {
    let mut after = after;
    // The message a page ended in goes on where it ended.
    let before = after.map_or(i64::MAX, |key| key.message().0.saturating_add(1));
    let filter = page.filter;
    let Some(mut walk) = Walk::new(s, filter.topic.as_deref(), before, (filter.since, filter.until))? else { return Ok(()) };
    while let Some(no) = walk.next(s)? {
        let from = after.take().filter(|key| key.message().0 == no);
        let ended = match standing(s, no)? {
            Some(st) if fits(filter, &st) => through_message(s, page, &st, from)?,
            _ => page.skip(no),
        };
        if ended {
            return Ok(());
        }
    }
    Ok(())
}

/// One message's copies. `true` when the page ended in it.
fn through_message(s: &Snapshot<'_>, page: &mut Page<'_>, st: &Standing, after: Option<DeliveryKey>) -> Result<bool, Error> {
    let (first, last) = range(st.no, 0, st.known.copies);
    let mut from = after.map_or(first, |key| key.0 + 1);
    while from <= last {
        let (mut any, mut ended) = (false, false);
        s.visit(q!("delivery_view"), (from, last, CHUNK), |r| {
            any = true;
            let key = DeliveryKey(r.get(0)?);
            from = key.0 + 1;
            let joint = r.get::<Option<i64>>(7)?.is_some();
            if !page.passes_over(r.get(3)?, joint, r.get(5)?) {
                page.offer(st.copy(s, r)?);
            }
            ended = page.ends_at(key);
            Ok(!ended)
        })?;
        if ended || !any {
            return Ok(ended);
        }
    }
    Ok(false)
}

fn by_address(s: &Snapshot<'_>, page: &mut Page<'_>, email: &str, after: Option<DeliveryKey>) -> Result<(), Error> {
    let key = address::key(email).to_string();
    let indexed: i64 = s.row(q!("marker_get"), ["address_indexed"], |r| r.get(0))?.unwrap_or(0);
    let mut before = after.map_or(i64::MAX, |k| k.0);
    loop {
        let mut keys: Vec<i64> = s.rows(q!("address_tail"), params![indexed, before, key, CHUNK], |r| r.get(0))?;
        keys.extend(s.rows(q!("address_joint_tail"), params![indexed, before, key, CHUNK], |r| r.get::<i64>(0))?);
        // Each list may go on below its last: what lies lower than the first CHUNK of both comes with the next round.
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.truncate(CHUNK as usize);
        if keys.is_empty() {
            keys = s.rows(q!("address_keys"), params![address_hash(email), before, CHUNK], |r| r.get(0))?;
        }
        let Some(lowest) = keys.last().copied() else { return Ok(()) };
        for key in keys.into_iter().map(DeliveryKey) {
            let Some(st) = standing(s, key.message().0)? else { continue };
            if one(s, page, &st, key)? {
                return Ok(());
            }
        }
        before = lowest;
    }
}

/// Offers one copy. `true` when the page ended with it.
fn one(s: &Snapshot<'_>, page: &mut Page<'_>, st: &Standing, key: DeliveryKey) -> Result<bool, Error> {
    if fits(page.filter, st)
        && let Some(copy) = s.row(q!("delivery_view"), (key.0, key.0, 1), |r| Ok(st.copy(s, r)))?
    {
        page.offer(copy?);
    } else {
        page.looked_at += MESSAGE_WEIGHT;
    }
    Ok(page.ends_at(key))
}

fn by_provider_id(s: &Snapshot<'_>, page: &mut Page<'_>, after: Option<DeliveryKey>) -> Result<(), Error> {
    let Some(id) = page.filter.provider_id.as_deref() else { return Ok(()) };
    for key in refs::find(s, id)?.into_iter().filter(|key| after.is_none_or(|after| *key < after)) {
        let Some(st) = standing(s, key.message().0)? else { continue };
        if one(s, page, &st, key)? {
            return Ok(());
        }
    }
    Ok(())
}
