//! Copies claimed and not started, per lane, and the messages they are of.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use jebi_domain::{
    content::{Content, Fill},
    id::{DeliveryId, DeliveryKey, LeaseNo, MessageNo, QueueNo},
    link::Links,
    message::{Copy, Lane, Message},
    mime::{Files, compose::Prepared, encoded_len},
    outcome::{Outcome, Reason},
    port::{Outgoing, store::Claimed},
    reputation::Via,
    shared_pace::Run,
    time::Wall,
};

use super::park::Park;

/// A mail with so many bytes of bodies, templates and files takes long to make: hashing alone takes a millisecond or more.
const LARGE: u64 = 256 << 10;

/// A message under way, with what all its copies share once it has been composed.
pub struct Mail {
    pub no: MessageNo,
    pub message: Arc<Message>,
    /// Whose reputation it falls on.
    via: Arc<Via>,
    prepared: OnceLock<Prepared>,
    /// Whether making a copy takes longer than a slot may wait.
    large: AtomicBool,
}

/// Its number only: contents do not go to logs.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.no.0)
    }
}

impl Mail {
    #[must_use]
    pub fn new(no: MessageNo, message: Arc<Message>) -> Self {
        let large = AtomicBool::new(weight(&message.content) >= LARGE);
        let via = Arc::new(Via::of(&message));
        Self { no, message, via, prepared: OnceLock::new(), large }
    }

    /// The sender's domain, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.via.domain
    }

    /// Whether its copies are to be made before they have a slot.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.large.load(Ordering::Relaxed)
    }

    /// Making a copy took long all the same: from now on they are made before they have a slot.
    pub fn note_slow(&self) {
        self.large.store(true, Ordering::Relaxed);
    }

    /// Bytes of its files in memory.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.message.content.attachments.iter().map(|file| encoded_len(file.size)).sum()
    }

    /// Composes one copy; the shared part is made by the first.
    ///
    /// # Errors
    /// Why this copy cannot be made, now or later.
    pub fn compose(&self, copy: &Copy, attempt: u16, files: &Files, links: &Links) -> Result<Outgoing, Reason> {
        let delivery = DeliveryId { message: self.message.id, ordinal: copy.ordinal };
        self.prepared.get_or_init(|| Prepared::new(&self.message)).copy(copy, delivery, attempt, files, links)
    }

    /// Whether its files have to be in memory before a copy can be made.
    #[must_use]
    pub fn has_files(&self) -> bool {
        !self.message.content.attachments.is_empty()
    }
}

/// Bytes a copy is made of.
fn weight(content: &Content) -> u64 {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let fill = |fill: &Fill| {
        let variants: usize = fill.variants.iter().map(|variant| text(&variant.text) + text(&variant.html)).sum();
        variants + fill.parts.values().map(String::len).sum::<usize>()
    };
    let own = text(&content.text) + text(&content.html) + content.calendar.as_ref().map_or(0, |calendar| calendar.ics.len());
    let own = own + content.fill.as_deref().map_or(0, fill);
    own as u64 + content.attachments.iter().map(|file| file.size).sum::<u64>()
}

/// One claimed copy.
#[derive(Clone, Debug)]
pub struct ReadyCopy {
    pub mail: Arc<Mail>,
    pub copy: Copy,
    pub lease: LeaseNo,
    pub queue: QueueNo,
    pub attempt: u16,
    pub was_unsettled: bool,
    /// The fence's generation it was claimed under.
    pub generation: u64,
    /// The files of its message, held while it is under way; empty where there are none.
    pub files: Option<Arc<Files>>,
    /// The whole mail, where it was made before its slot.
    pub made: Option<Box<Outgoing>>,
    /// How large that was when it was taken out, in bytes.
    pub large: u64,
    /// How often copies had been taken back when its slot was taken.
    pub withdrawals: u64,
}

impl ReadyCopy {
    /// Composes it; `links` sign what leads to this server, and `leaves` is whether the mail leaves this machine.
    ///
    /// # Errors
    /// Why it cannot be made, now or later.
    pub fn compose(&self, links: &Links, leaves: bool) -> Result<Outgoing, Reason> {
        if leaves && self.mail.message.content.list.as_ref().is_some_and(|list| list.is_bound_here(links)) {
            let text = "it was accepted for the local inbox, and its unsubscribe link leads to this machine alone";
            let reason = Reason::new("local_unsubscribe_link", text, "set SERVER_URL to an https address, then send it again");
            return Err(Reason { transient: true, ..reason });
        }
        if leaves && self.mail.message.content.track.as_ref().is_some_and(|track| track.is_bound_here(links)) {
            let text = "it was accepted for the local inbox, and the picture and links that follow it lead to this machine alone";
            let reason = Reason::new("local_tracking", text, "set SERVER_URL to an https address, then send it again");
            return Err(Reason { transient: true, ..reason });
        }
        let none = Files::default();
        self.mail.compose(&self.copy, self.attempt, self.files.as_deref().unwrap_or(&none), links)
    }

    #[must_use]
    pub fn lane(&self) -> Lane {
        self.mail.message.lane
    }

    /// Recipients it takes slots for.
    #[must_use]
    pub fn recipients(&self) -> u32 {
        u32::try_from(self.copy.open().count()).unwrap_or(u32::MAX).max(1)
    }

    /// Its end, whatever it was.
    #[must_use]
    pub fn ended(&self, outcome: Outcome, at: Wall) -> Finished {
        self.finished(outcome, at, None)
    }

    /// Given back unsent, to be tried at another time, and why.
    #[must_use]
    pub fn held_back(&self, due: Wall, reason: Reason, at: Wall) -> Finished {
        self.finished(Outcome::NotStarted, at, Some(Box::new((due, reason))))
    }

    fn finished(&self, outcome: Outcome, at: Wall, later: Option<Box<(Wall, Reason)>>) -> Finished {
        Finished {
            key: DeliveryKey::new(self.mail.no, self.copy.ordinal),
            lease: self.lease,
            queue: self.queue,
            lane: self.lane(),
            attempt: self.attempt,
            was_unsettled: self.was_unsettled,
            recipients: self.places(),
            via: self.counts().then(|| self.mail.via.clone()),
            outcome,
            later,
            at,
        }
    }

    /// Whether anybody it goes to counts for a reputation.
    fn counts(&self) -> bool {
        self.copy.open().any(|to| self.mail.via.counts(&to.email))
    }

    /// Whom of a joint copy it goes to.
    fn places(&self) -> Vec<Place> {
        if self.copy.addressees.len() < 2 {
            return Vec::new();
        }
        let all = self.copy.addressees.iter().enumerate().filter(|(_, a)| a.open);
        all.map(|(i, a)| Place { position: u32::try_from(i).unwrap_or(u32::MAX), was_unsettled: a.unsettled }).collect()
    }
}

/// One recipient of a joint copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: u32,
    pub was_unsettled: bool,
}

/// The end of one attempt, not yet decided on.
#[derive(Debug)]
pub struct Finished {
    pub key: DeliveryKey,
    pub lease: LeaseNo,
    pub queue: QueueNo,
    pub lane: Lane,
    pub attempt: u16,
    pub was_unsettled: bool,
    /// Whom it went to, for a copy to several; empty for a copy to one.
    pub recipients: Vec<Place>,
    /// Whose reputation it falls on, where it counts.
    pub via: Option<Arc<Via>>,
    pub outcome: Outcome,
    /// Where it was given back unsent: when it is to be tried again, and why not before.
    pub later: Option<Box<(Wall, Reason)>>,
    pub at: Wall,
}

/// Claimed copies in the order they are sent: transactional first, each lane as it was claimed.
#[derive(Debug, Default)]
pub struct Ready {
    lanes: [VecDeque<ReadyCopy>; 2],
    park: Park,
}

impl Ready {
    /// Takes in what was claimed. `true` when it is parked until it can be offered.
    pub fn add(&mut self, mail: &Arc<Mail>, claimed: Claimed, generation: u64) -> bool {
        let copies = claimed.copies.into_iter().map(|copy| ReadyCopy {
            mail: mail.clone(),
            copy,
            lease: claimed.lease,
            queue: claimed.queue,
            attempt: claimed.attempt,
            was_unsettled: claimed.was_unsettled,
            generation,
            files: None,
            made: None,
            large: 0,
            withdrawals: 0,
        });
        if mail.has_files() || mail.is_large() {
            self.park.add(mail, copies);
            return true;
        }
        self.lanes[mail.message.lane as usize].extend(copies);
        false
    }

    /// What is not offered yet.
    pub fn park(&mut self) -> &mut Park {
        &mut self.park
    }

    /// Offers a copy behind all others of its lane.
    pub fn offer(&mut self, copy: ReadyCopy) {
        self.lanes[copy.lane() as usize].push_back(copy);
    }

    /// Offers a copy before all others of its lane.
    pub fn offer_first(&mut self, copy: ReadyCopy) {
        self.lanes[copy.lane() as usize].push_front(copy);
    }

    /// The next copy of a lane to be made, where fewer than `most` are made and wait.
    pub fn to_make(&mut self, lane: Lane, most: usize) -> Option<ReadyCopy> {
        let made = self.lanes[lane as usize].iter().filter(|copy| copy.made.is_some()).count();
        if made + self.park.making(lane) >= most { None } else { self.park.make_next(lane) }
    }

    /// Bytes of the mails that are made and wait for their slots.
    pub fn made_bytes(&self) -> u64 {
        self.lanes.iter().flatten().filter_map(|copy| copy.made.as_ref()).map(|mail| mail.len() as u64).sum()
    }

    /// Copies claimed of a lane, parked ones among them.
    #[must_use]
    pub fn claimed(&self, lane: Lane) -> u32 {
        self.len(lane) + self.park.len(lane)
    }

    #[must_use]
    pub fn first(&self) -> Option<&ReadyCopy> {
        self.lanes.iter().find_map(VecDeque::front)
    }

    pub fn pop(&mut self) -> Option<ReadyCopy> {
        self.lanes.iter_mut().find_map(VecDeque::pop_front)
    }

    /// The copies that go first: so many of one lane and number of recipients, `most` at most.
    #[must_use]
    pub fn run(&self, most: u32) -> Run {
        let Some(weight) = self.first().map(ReadyCopy::recipients) else { return Run { mails: 0, weight: 1 } };
        let lane = self.lanes.iter().find(|lane| !lane.is_empty());
        let alike = lane.into_iter().flatten().take(most as usize).take_while(|copy| copy.recipients() == weight);
        Run { mails: u32::try_from(alike.count()).unwrap_or(most), weight }
    }

    #[must_use]
    pub fn len(&self, lane: Lane) -> u32 {
        u32::try_from(self.lanes[lane as usize].len()).unwrap_or(u32::MAX)
    }

    #[must_use]
    pub fn total(&self) -> u32 {
        self.len(Lane::Transactional) + self.len(Lane::Bulk)
    }

    /// Takes out every copy that `is_meant`, parked or not.
    pub fn remove(&mut self, is_meant: impl Fn(&ReadyCopy) -> bool) -> Vec<ReadyCopy> {
        let mut out = self.park.remove(&is_meant);
        for lane in &mut self.lanes {
            if !lane.iter().any(&is_meant) {
                continue;
            }
            for copy in std::mem::take(lane) {
                if is_meant(&copy) {
                    out.push(copy);
                } else {
                    lane.push_back(copy);
                }
            }
        }
        out
    }
}

/// The last few messages with several copies, so that a large one claimed in many leases is prepared once.
#[derive(Debug, Default)]
pub struct MailCache(VecDeque<Arc<Mail>>);

impl MailCache {
    const KEPT: usize = 32;

    pub fn of(&mut self, claimed: &Claimed) -> Arc<Mail> {
        if let Some(i) = self.0.iter().position(|mail| mail.no == claimed.message_no) {
            // Recently used to the back; nearly always it is there already.
            if i + 1 < self.0.len()
                && let Some(mail) = self.0.remove(i)
            {
                self.0.push_back(mail);
            }
            if let Some(mail) = self.0.back() {
                return mail.clone();
            }
        }
        let mail = Arc::new(Mail::new(claimed.message_no, claimed.message.clone()));
        // A message of one copy is not seen again soon.
        if claimed.copies.len() > 1 {
            if self.0.len() == Self::KEPT {
                self.0.pop_front();
            }
            self.0.push_back(mail.clone());
        }
        mail
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
