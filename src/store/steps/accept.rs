//! Accepting mail: rows, queue entries and the idempotency key in one commit. What is larger than a turn is staged
//! (its messages have no queue yet, so nothing sees them) and published by the last commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use jebi_domain::{
    content::FileId,
    delivery::State,
    id::{DeliveryKey, Incarnation, KeyNo, LeaseNo, MessageNo, QueueNo},
    idempotency,
    message::{Addressee, Content, Copies, Copy, Draft, Lane, MAX_JOINT, Mailbox, Role},
    port::store::{AcceptBatch, AcceptReport, Accepted, Answer, Claimed, Notice, StoreError, StoreResult, StoredAnswer},
    reputation::domain_of,
    time::Wall,
};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::{
    Error, Snapshot, Value,
    delta::Places,
    files,
    group::{Class, TURN_ROWS},
    hooks::{self, Whom},
    kept_back,
    known::Known,
    params, q, row,
    turn::Turn,
    writer::{Job, Step},
};

/// Rows a request may have to be written in one turn beside others.
const SMALL: u32 = 250;
/// Copies one queue entry covers at most.
const ENTRY_COPIES: u32 = 10_000;
/// Copies a message may have to be leased at accept.
const BORN_LEASED: u32 = 50;
/// Bytes of a recipient's own values that are written about as fast as a row without.
const PERSONAL_ROW: usize = 1024;
/// Content above this is stored apart even for one recipient, so that reading a message's row stays cheap.
const INLINE: usize = 16 * 1024;

/// A batch on its way to disk.
pub(super) struct AcceptJob {
    drafts: Vec<Draft>,
    api_key: KeyNo,
    idempotency: Option<(String, [u8; 32])>,
    at: Wall,
    answer: Answer,
    mark: Mark,
    /// Where the next step goes on: draft, and recipients of it written.
    draft: usize,
    written: usize,
    numbers: Vec<Numbered>,
    report: AcceptReport,
    staged: bool,
    /// The incarnation that began it.
    staged_by: Incarnation,
    /// Numbers of files found in this turn, which stay until it ends.
    files: BTreeMap<FileId, i64>,
    /// Of the drafts written in this turn, the last whose content is stored apart, and the number of that.
    stored: Option<(usize, i64)>,
    outcome: Option<Accepted>,
    reply: oneshot::Sender<StoreResult<Accepted>>,
}

/// How far it is committed.
#[derive(Default)]
struct Mark {
    draft: usize,
    written: usize,
    numbers: usize,
    suppressed: usize,
}

/// What publishing needs to know of a draft whose rows are written.
struct Numbered {
    no: i64,
    topic: i64,
    /// Filled at once when the request is not staged.
    queue: Option<i64>,
}

impl AcceptJob {
    pub fn new(batch: AcceptBatch, reply: oneshot::Sender<StoreResult<Accepted>>) -> Self {
        let report = AcceptReport { suppressed: vec![Vec::new(); batch.drafts.len()] };
        Self {
            drafts: batch.drafts,
            api_key: batch.api_key,
            idempotency: batch.idempotency,
            at: batch.at,
            answer: batch.answer,
            mark: Mark::default(),
            draft: 0,
            written: 0,
            numbers: Vec::new(),
            report,
            staged: false,
            staged_by: Incarnation(0),
            files: BTreeMap::new(),
            stored: None,
            outcome: None,
            reply,
        }
    }

    fn rows(&self) -> u32 {
        self.drafts.iter().map(|d| u32::try_from(d.copies.recipients()).unwrap_or(u32::MAX)).fold(0, u32::saturating_add)
    }

    /// Which place in the turn it has. Small requests with transactional mail go first; everything else is bulk.
    pub fn class(&self) -> Class {
        let transactional = self.drafts.iter().any(|d| d.message.lane == Lane::Transactional);
        if transactional && self.rows() <= SMALL { Class::Accept } else { Class::Bulk }
    }

    /// About what it holds in memory.
    pub fn bytes(&self) -> usize {
        self.drafts
            .iter()
            .map(|d| {
                let c = &d.message.content;
                256 + c.subject.len()
                    + c.html.as_ref().map_or(0, String::len)
                    + c.text.as_ref().map_or(0, String::len)
                    + c.fill.as_ref().map_or(0, |fill| fill.bytes())
                    + d.message.variables.as_ref().map_or(0, |v| v.len())
                    + c.calendar.as_ref().map_or(0, |calendar| calendar.ics.len())
                    + c.shown.as_deref().map_or(0, |shown| (shown.to.len() + shown.cc.len()) * 80)
                    + d.copies.recipients() * 80
                    + d.personal.iter().flatten().map(|one| one.len()).sum::<usize>()
            })
            .sum()
    }

    fn repeated(&self, turn: &Turn<'_>) -> Result<Option<Accepted>, Error> {
        let Some((key, _)) = &self.idempotency else { return Ok(None) };
        Ok(answer(&turn.look(), self.api_key, key, self.at)?.map(Accepted::Repeated))
    }
}

/// The answer kept under a key.
pub(super) fn answer(at: &Snapshot<'_>, api_key: KeyNo, key: &str, now: Wall) -> Result<Option<StoredAnswer>, Error> {
    let since = now - idempotency::KEPT;
    let found =
        at.row(q!("idempotency_get"), (api_key.0, key, since.0), |r| Ok((r.get::<Vec<u8>>(0)?, r.get(1)?, r.get::<Vec<u8>>(2)?)))?;
    let read = |(fingerprint, status, body): (Vec<u8>, u16, Vec<u8>)| {
        let fingerprint = fingerprint.try_into().map_err(|f: Vec<u8>| Error::damaged("fingerprint", f.len()))?;
        Ok(StoredAnswer { fingerprint, status, body: Bytes::from(body) })
    };
    found.map(read).transpose()
}

impl Job for AcceptJob {
    fn kept(&mut self) {
        self.mark = Mark {
            draft: self.draft,
            written: self.written,
            numbers: self.numbers.len(),
            suppressed: self.report.suppressed.get(self.draft).map_or(0, Vec::len),
        };
    }

    fn rewind(&mut self) {
        let Mark { draft, written, numbers, suppressed } = self.mark;
        (self.draft, self.written, self.outcome) = (draft, written, None);
        self.numbers.truncate(numbers);
        for (i, of_draft) in self.report.suppressed.iter_mut().enumerate().skip(draft) {
            of_draft.truncate(if i == draft { suppressed } else { 0 });
        }
    }

    fn step(&mut self, turn: &mut Turn<'_>) -> Result<Step, Error> {
        self.files.clear();
        self.stored = None;
        let begins = self.draft == 0 && self.written == 0;
        if begins {
            if let Some(repeated) = self.repeated(turn)? {
                self.outcome = Some(repeated);
                return Ok(Step::Done);
            }
            // Without an incarnation nobody could tell what it stages from leftovers.
            self.staged_by = turn.memory.common.own();
            self.staged = self.rows() > SMALL && (turn.db.is_alone() || self.staged_by.0 != 0);
        }
        // A command beside no server has none, and is alone. What an ended one has staged is removed by others, even if this node has
        // begun anew.
        if self.staged && self.staged_by.0 != 0 && !turn.is_alive(self.staged_by)? {
            return Err(Error::Ended);
        }
        while self.draft < self.drafts.len() {
            if self.staged && turn.rows >= TURN_ROWS {
                return Ok(Step::More);
            }
            self.write_some(turn)?;
        }
        // Another request with the same key may have been published since the first step.
        if self.staged
            && let Some(repeated) = self.repeated(turn)?
        {
            self.outcome = Some(repeated);
            return Ok(Step::Done);
        }
        self.publish(turn)?;
        Ok(Step::Done)
    }

    fn done(self: Box<Self>, end: StoreResult<()>) {
        let Self { outcome, reply, .. } = *self;
        let value = end.and_then(|()| outcome.ok_or(StoreError::Internal("the batch was not written".into())));
        // The caller may have gone away; what was committed stays and is sent.
        let _ = reply.send(value);
    }
}

impl AcceptJob {
    /// Writes rows of the current draft, as many as the turn has room for.
    fn write_some(&mut self, turn: &mut Turn<'_>) -> Result<(), Error> {
        if self.written == 0 {
            self.write_message(turn)?;
        }
        let draft = &self.drafts[self.draft];
        let no = MessageNo(self.numbers[self.draft].no);
        let suppressed = &mut self.report.suppressed[self.draft];
        match &draft.copies {
            Copies::Each(all) => {
                let room = if self.staged { (TURN_ROWS.saturating_sub(turn.rows)).max(1) as usize } else { all.len() };
                let end = if self.staged { self.written + fitting(draft, self.written, room) } else { all.len() };
                let slice = &all[self.written..end];
                let reasons = kept_back::reasons(turn, &draft.message, slice.iter().map(|to| to.email.as_str()))?;
                let mut told = Vec::new();
                for ((i, to), reason) in all.iter().enumerate().skip(self.written).zip(&reasons) {
                    let ordinal = u32::try_from(i).map_err(|e| Error::damaged("ordinal", e))?;
                    let state = state_of(reason);
                    if let Some(reason) = reason {
                        suppressed.push(ordinal);
                        told.push([Value::Int(DeliveryKey::new(no, ordinal).0), Value::Text(reason)]);
                    }
                    let (key, personal) = (DeliveryKey::new(no, ordinal).0, draft.personal.get(i).and_then(Option::as_deref));
                    turn.append(q!("delivery_insert"), (key, &to.email, &to.name, state.code(), None::<i64>, personal))?;
                    turn.rows += rows_for(personal);
                }
                turn.each(q!("delivery_suppressed"), &told)?;
                self.written = end;
                if end < all.len() {
                    return Ok(());
                }
            }
            Copies::Joint(all) => {
                let reasons = kept_back::reasons(turn, &draft.message, all.iter().map(|(_, to)| to.email.as_str()))?;
                let (mut told, mut told_of_copies) = (Vec::new(), Vec::new());
                for ((ordinal, people), reasons) in (0_u32..).zip(all.chunks(MAX_JOINT)).zip(reasons.chunks(MAX_JOINT)) {
                    let key = DeliveryKey::new(no, ordinal).0;
                    for (((role, to), reason), position) in people.iter().zip(reasons).zip(0_i64..) {
                        turn.append(q!("joint_insert"), (key, position, role.code(), &to.email, &to.name, state_of(reason).code()))?;
                        turn.rows += 1;
                        told.extend(reason.as_deref().map(|reason| [Value::Int(key), Value::Int(position), Value::Text(reason)]));
                    }
                    let first = reasons.first().cloned().flatten();
                    let state = if reasons.iter().all(Option::is_some) { State::Suppressed } else { State::Waiting };
                    let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
                    turn.append(q!("delivery_insert"), (key, "", None::<&str>, state.code(), count, None::<&str>))?;
                    told_of_copies.extend(first.filter(|_| state == State::Suppressed).map(|reason| (key, reason)));
                }
                let of_copies: Vec<_> = told_of_copies.iter().map(|(key, reason)| [Value::Int(*key), Value::Text(reason)]).collect();
                turn.each(q!("joint_suppressed"), &told)?;
                turn.each(q!("delivery_suppressed"), &of_copies)?;
                for (reason, place) in reasons.iter().zip(0_u32..) {
                    if reason.is_some() {
                        suppressed.push(place);
                    }
                }
            }
        }
        self.draft += 1;
        self.written = 0;
        Ok(())
    }

    fn write_message(&mut self, turn: &mut Turn<'_>) -> Result<(), Error> {
        let m = Arc::clone(&self.drafts[self.draft].message);
        let copies = &self.drafts[self.draft].copies;
        let (topic, _) = turn.topic(&m.topic, self.at)?;
        let queue = if self.staged { None } else { Some(turn.queue(&m.provider, m.lane, topic)?) };
        // Messages by one template are mostly alike: comparing takes a small part of the time that writing and hashing do.
        let alike = self.stored.filter(|(before, _)| self.drafts[*before].message.content == m.content);
        let (body, content_no) = match alike {
            Some((_, no)) => (Vec::new(), Some(no)),
            None => {
                let body = serde_json::to_vec(&m.content).map_err(|e| Error::damaged("content", e))?;
                let shared = copies.count() > 1 || body.len() > INLINE;
                let no = if shared { Some(content(turn, &body)?) } else { None };
                (body, no)
            }
        };
        if let Some(no) = content_no {
            self.stored = Some((self.draft, no));
        }
        let no = turn.db.message_no()?;
        turn.accepted = true;
        let joint = matches!(copies, Copies::Joint(_));
        turn.append(
            q!("message_insert"),
            params![
                no,
                m.id.0.as_slice(),
                queue,
                topic,
                self.api_key.0,
                copies.count(),
                joint,
                row::on_unknown_code(m.on_unknown),
                m.created_at.0,
                m.due.0,
                m.scheduled,
                m.expires_at.map(|t| t.0),
                m.route,
                content_no.is_none().then_some(&body),
                content_no,
                if self.staged { Some(self.staged_by.0) } else { None },
                m.variables.as_deref(),
                domain_of(&m.content.from.email),
            ],
        )?;
        turn.rows += 1;
        self.write_files(turn, no, &m.content)?;
        turn.note_hour(no, m.created_at)?;
        self.numbers.push(Numbered { no, topic, queue });
        Ok(())
    }

    /// Holds the files a message carries.
    fn write_files(&mut self, turn: &mut Turn<'_>, message: i64, content: &Content) -> Result<(), Error> {
        let carried: BTreeSet<FileId> = content.attachments.iter().map(|one| one.file).collect();
        for id in carried {
            let no = match self.files.get(&id) {
                Some(no) => *no,
                None => files::used(turn, id)?,
            };
            self.files.insert(id, no);
            turn.run(q!("message_file_insert"), (message, no))?;
            turn.rows += 1;
        }
        Ok(())
    }

    /// Shows the batch: queue entries or leases, counts, the answer and its key.
    fn publish(&mut self, turn: &mut Turn<'_>) -> Result<(), Error> {
        for i in 0..self.drafts.len() {
            self.publish_draft(turn, i)?;
        }
        if self.api_key.0 != 0 {
            let recipients: usize = self.drafts.iter().map(|d| d.copies.recipients()).sum();
            turn.delta.used(self.api_key, self.at, i64::try_from(recipients).unwrap_or(i64::MAX));
        }
        let (status, body) = (self.answer)(&self.report);
        if let Some((key, fingerprint)) = &self.idempotency {
            let since = self.at - idempotency::KEPT;
            turn.run(q!("idempotency_forget"), (self.api_key.0, key, since.0))?;
            let first = self.numbers.first().map(|n| n.no);
            let row = (self.api_key.0, key, fingerprint.as_slice(), status, body.as_ref(), self.at.0, first);
            if turn.execute(q!("idempotency_insert"), row)? == 0 {
                return Err(turn.changed("another node has stored a request with this idempotency key meanwhile"));
            }
        }
        self.outcome = Some(Accepted::Stored(status, body));
        Ok(())
    }

    fn publish_draft(&mut self, turn: &mut Turn<'_>, i: usize) -> Result<(), Error> {
        let (draft, suppressed, numbered) = (&self.drafts[i], &self.report.suppressed[i], &self.numbers[i]);
        let m = &draft.message;
        let queue = match numbered.queue {
            Some(queue) => queue,
            None => {
                // The queue of this moment: cancelling the topic before now does not touch what is published after.
                let queue = turn.queue(&m.provider, m.lane, numbered.topic)?;
                turn.change(q!("message_publish"), (numbered.no, queue))?;
                queue
            }
        };
        let recipients = i64::try_from(draft.copies.recipients()).unwrap_or(i64::MAX);
        let dropped = i64::try_from(suppressed.len()).unwrap_or(i64::MAX);
        let topic = turn.delta.topic(numbered.topic);
        topic.moved(None, State::Waiting, recipients - dropped);
        topic.moved(None, State::Suppressed, dropped);
        let joint = matches!(draft.copies, Copies::Joint(_));
        for place in suppressed {
            // As they were written: joint copies have so many recipients each.
            let (ordinal, position) = if joint { (*place / MAX_JOINT as u32, Some(*place % MAX_JOINT as u32)) } else { (*place, None) };
            let whom = Whom::alone(DeliveryKey::new(MessageNo(numbered.no), ordinal)).in_queue(queue);
            let whom = position.map_or(whom, |position| whom.at(position.into()));
            hooks::tell_result(turn, State::Suppressed, whom, self.at, None)?;
        }
        if recipients == dropped {
            return Ok(());
        }
        if let Some(claimed) = self.born_leased(turn, i, queue)? {
            turn.delta.notices.push((m.provider.clone(), Notice::Leased(claimed)));
            return Ok(());
        }
        let copies = draft.copies.count();
        for first in (0..copies).step_by(ENTRY_COPIES as usize) {
            turn.enqueue(queue, m.due, numbered.no, (first, ENTRY_COPIES.min(copies - first)), 1)?;
        }
        turn.delta.queue(queue, recipients - dropped);
        Ok(())
    }

    /// Leases a small due message to this node at once, where its dispatcher has room: one sync from request to sending.
    fn born_leased(&self, turn: &mut Turn<'_>, i: usize, queue: i64) -> Result<Option<Claimed>, Error> {
        let (draft, suppressed, numbered) = (&self.drafts[i], &self.report.suppressed[i], &self.numbers[i]);
        let (m, copies) = (&draft.message, draft.copies.count());
        let expired = m.expires_at.is_some_and(|at| at <= self.at);
        // Mail with files waits for them to be read before it can go.
        let has_files = !m.content.attachments.is_empty();
        // The copies of a lease have as many recipients each, which joint copies need not have.
        let is_alike = copies == 1 || matches!(draft.copies, Copies::Each(_));
        if m.due > self.at || expired || has_files || copies > BORN_LEASED || !is_alike || turn.memory.common.is_held(m.lane) {
            return Ok(None);
        }
        // Whom it goes to was looked up in earlier turns: a claim looks again.
        if self.staged {
            return Ok(None);
        }
        if turn.topic(&m.topic, self.at)?.1.holds(m.lane) {
            return Ok(None);
        }
        let found = turn.memory.common.subscriptions().get(&m.provider).map(|s| (s.incarnation, Arc::clone(&s.window)));
        let Some((incarnation, window)) = found else { return Ok(None) };
        if m.lane == Lane::Bulk && window.holds(&m.content.from.email) {
            return Ok(None);
        }
        // One that was ended by others must not take anything any more.
        if !turn.is_alive(incarnation)? {
            return Ok(None);
        }
        let claimed = born(draft, suppressed);
        let Some(places) = Places::take(&window, m.lane, claimed.len() as i64) else { return Ok(None) };
        turn.delta.places.push(places);
        let lease = turn.memory.common.lease_no();
        let weight = claimed.first().map_or(1, |c| c.open().count());
        turn.append(
            q!("lease_insert"),
            params![lease, incarnation.0, queue, numbered.no, 0, copies, 1, claimed.len() as i64, weight as i64, false, self.at.0],
        )?;
        turn.rows += 1;
        let known =
            Known { message: Arc::clone(m), queue, topic: numbered.topic, copies, cancelled: false, lapsed: false, attempted: false };
        turn.remember(numbered.no, known);
        Ok(Some(Claimed {
            lease: LeaseNo(lease),
            queue: QueueNo(queue),
            message_no: MessageNo(numbered.no),
            message: Arc::clone(m),
            attempt: 1,
            was_unsettled: false,
            copies: claimed,
        }))
    }
}

/// The copies of a draft that are to be sent.
fn born(draft: &Draft, suppressed: &[u32]) -> Vec<Copy> {
    let open = |i: usize| !suppressed.iter().any(|s| *s as usize == i);
    match &draft.copies {
        Copies::Each(all) => {
            let copy = |(i, to): (usize, &Mailbox)| Copy {
                ordinal: u32::try_from(i).unwrap_or(u32::MAX),
                addressees: vec![Addressee { role: Role::To, mailbox: to.clone(), open: true, unsettled: false }],
                personal: draft.personal.get(i).cloned().flatten(),
            };
            all.iter().enumerate().filter(|(i, _)| open(*i)).map(copy).collect()
        }
        Copies::Joint(all) => {
            let one = |(i, (role, to)): (usize, &(Role, Mailbox))| Addressee {
                role: *role,
                mailbox: to.clone(),
                open: open(i),
                unsettled: false,
            };
            vec![Copy { ordinal: 0, addressees: all.iter().enumerate().map(one).collect(), personal: None }]
        }
    }
}

/// Rows a copy counts for in a turn: one, and one more for each whole [`PERSONAL_ROW`] of what is its own.
fn rows_for(personal: Option<&str>) -> u32 {
    1 + u32::try_from(personal.map_or(0, str::len) / PERSONAL_ROW).unwrap_or(u32::MAX - 1)
}

/// Copies from `first` on that fit into so many rows, at least one.
fn fitting(draft: &Draft, first: usize, rows: usize) -> usize {
    let left = draft.copies.recipients().saturating_sub(first);
    if draft.personal.is_empty() {
        return left.min(rows);
    }
    let mut room = rows;
    let fits = |personal: &&Option<Box<str>>| match room.checked_sub(rows_for(personal.as_deref()) as usize) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    draft.personal.iter().skip(first).take_while(fits).count().clamp(1, left.max(1))
}

fn state_of(reason: &Option<String>) -> State {
    if reason.is_some() { State::Suppressed } else { State::Waiting }
}

/// The number of a content, stored once by its hash.
fn content(turn: &mut Turn<'_>, body: &[u8]) -> Result<i64, Error> {
    let hash: [u8; 32] = Sha256::digest(body).into();
    if let Some((last, no)) = turn.memory.last_content
        && last == hash
    {
        return Ok(no);
    }
    let no = match turn.row(q!("content_by_hash"), [hash.as_slice()], |r| r.get(0))? {
        Some(no) => no,
        None => turn.inserted(q!("content_insert"), (hash.as_slice(), body))?,
    };
    turn.memory.last_content = Some((hash, no));
    Ok(no)
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
