//! Lists of copies: keyset pages, newest message first. A topic's copies are read through its messages (key ranges), by state
//! within them; an address's through the address index and the rows it has not reached yet.

use jebi_domain::{
    address,
    id::DeliveryKey,
    port::store::{DeliveryFilter, DeliveryPage, DeliveryView},
};

use super::{
    Error,
    claim::range,
    housekeep::address_hash,
    readers::Snapshot,
    sql,
    view::{Standing, standing},
};

/// Copies looked at for one page at most, so that a rare state in a large store cannot hold a reader for long. A page cut by
/// it may be short, and still has a next one.
const LOOKED_AT: u32 = 20_000;
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
        let email = self.email.as_ref().is_none_or(|e| copy.recipients.iter().any(|r| address::key(&r.email) == *e));
        if state && email {
            self.out.deliveries.push(copy);
        }
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
        (Some(id), _) => {
            let no = s.row(sql!("message_no"), [id.0.as_slice()], |r| r.get(0))?;
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
    filter.topic.as_ref().is_none_or(|t| *t == st.known.message.topic)
}

/// Messages newest first; within each, copies in order.
fn through_messages(s: &Snapshot<'_>, page: &mut Page<'_>, after: Option<DeliveryKey>) -> Result<(), Error> {
    let topic: Option<i64> = match &page.filter.topic {
        None => None,
        Some(name) => match s.row(sql!("topic_by_name"), [name], |r| r.get(0))? {
            Some(no) => Some(no),
            None => return Ok(()),
        },
    };
    let mut after = after;
    // The message a page ended in goes on where it ended.
    let mut before = after.map_or(i64::MAX, |key| key.message().0 + 1);
    loop {
        let next = match topic {
            Some(topic) => s.row(sql!("message_before_in_topic"), (topic, before), |r| r.get(0))?,
            None => s.row(sql!("message_before"), [before], |r| r.get(0))?,
        };
        let Some(no) = next else { return Ok(()) };
        if let Some(st) = standing(s, no)? {
            let from = after.take().filter(|key| key.message().0 == no);
            if through_message(s, page, &st, from)? {
                return Ok(());
            }
        }
        before = no;
    }
}

/// One message's copies. `true` when the page ended in it.
fn through_message(s: &Snapshot<'_>, page: &mut Page<'_>, st: &Standing, after: Option<DeliveryKey>) -> Result<bool, Error> {
    let (first, last) = range(st.no, 0, st.known.copies);
    let mut from = after.map_or(first, |key| key.0 + 1);
    while from <= last {
        let mut all = s.0.prepare_cached(sql!("delivery_view"))?;
        let mut all = all.query((from, last, CHUNK))?;
        let mut any = false;
        while let Some(r) = all.next()? {
            any = true;
            let copy = st.copy(s, r)?;
            let key = copy.key;
            from = key.0 + 1;
            page.offer(copy);
            if page.ends_at(key) {
                return Ok(true);
            }
        }
        if !any {
            break;
        }
    }
    Ok(false)
}

fn by_address(s: &Snapshot<'_>, page: &mut Page<'_>, email: &str, after: Option<DeliveryKey>) -> Result<(), Error> {
    let key = address::key(email).to_string();
    let indexed: i64 = s.row(sql!("marker_get"), ["address_indexed"], |r| r.get(0))?.unwrap_or(0);
    let mut before = after.map_or(i64::MAX, |k| k.0);
    loop {
        let mut keys: Vec<i64> = s.rows(sql!("address_tail"), rusqlite::params![indexed, before, key, CHUNK], |r| r.get(0))?;
        keys.extend(s.rows(sql!("address_joint_tail"), rusqlite::params![indexed, before, key, CHUNK], |r| r.get::<_, i64>(0))?);
        // Each list may go on below its last: what lies lower than the first CHUNK of both comes with the next round.
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.truncate(CHUNK as usize);
        if keys.is_empty() {
            keys = s.rows(sql!("address_keys"), rusqlite::params![address_hash(email), before, CHUNK], |r| r.get(0))?;
        }
        let Some(lowest) = keys.last().copied() else { return Ok(()) };
        for key in keys.into_iter().map(DeliveryKey) {
            let Some(st) = standing(s, key.message().0)? else { continue };
            if !fits(page.filter, &st) {
                continue;
            }
            let view = s.0.prepare_cached(sql!("delivery_view"))?.query_row((key.0, key.0, 1), |r| Ok(st.copy(s, r)))?;
            page.offer(view?);
            if page.ends_at(key) {
                return Ok(());
            }
        }
        before = lowest;
    }
}
