//! Copies claimed that cannot be offered to the senders yet: their files are not in memory, or they are large and not made.
//!
//! Making a large mail takes longer than a slot may be used late, and would hold up every other mail of its sender thread. So it is made
//! before it is offered, and before it has a slot.

use std::{collections::VecDeque, sync::Arc};

use jebi_domain::{
    id::{LeaseNo, MessageNo},
    message::Lane,
    mime::Files,
};

use super::ready::{Mail, ReadyCopy};

/// Copies of one message.
#[derive(Debug)]
struct Parked {
    mail: Arc<Mail>,
    copies: VecDeque<ReadyCopy>,
    /// Once they are in memory; of a large mail only, for other copies go at once.
    files: Option<Arc<Files>>,
}

impl Parked {
    fn needs_files(&self) -> bool {
        self.mail.has_files() && self.files.is_none()
    }
}

/// Everything parked of one provider.
#[derive(Debug, Default)]
pub struct Park {
    messages: Vec<Parked>,
    /// Whose files are being read, for each once, whether its copies are still here or not.
    loading: Vec<(MessageNo, Lane)>,
    /// Copies being made: message, ordinal and lease.
    making: Vec<(MessageNo, u32, LeaseNo)>,
}

fn place(copy: &ReadyCopy) -> (MessageNo, u32, LeaseNo) {
    (copy.mail.no, copy.copy.ordinal, copy.lease)
}

impl Park {
    pub fn add(&mut self, mail: &Arc<Mail>, copies: impl Iterator<Item = ReadyCopy>) {
        match self.messages.iter_mut().find(|parked| parked.mail.no == mail.no) {
            Some(parked) => parked.copies.extend(copies),
            None => self.messages.push(Parked { mail: mail.clone(), copies: copies.collect(), files: None }),
        }
    }

    /// The first message of a lane whose files nobody reads yet, among those with at most so many bytes of files.
    pub fn load_next(&mut self, lane: Lane, most: u64) -> Option<Arc<Mail>> {
        let is_next = |parked: &&Parked| {
            let mail = &parked.mail;
            parked.needs_files()
                && mail.message.lane == lane
                && mail.file_bytes() <= most
                && self.loading.iter().all(|(no, _)| *no != mail.no)
        };
        let mail = self.messages.iter().find(is_next)?.mail.clone();
        self.loading.push((mail.no, lane));
        Some(mail)
    }

    /// Messages whose files are read for nobody: their copies were taken back. They count as not being read from now on.
    pub fn unwanted(&mut self, lane: Lane) -> Vec<MessageNo> {
        let messages = &self.messages;
        let is_unwanted = |no: MessageNo| messages.iter().all(|parked| parked.mail.no != no);
        self.loading.extract_if(.., |(no, of)| *of == lane && is_unwanted(*no)).map(|(no, _)| no).collect()
    }

    /// The files of a message are here: its copies that can go now.
    pub fn loaded(&mut self, message: MessageNo, files: &Arc<Files>) -> Vec<ReadyCopy> {
        let Some(at) = self.read(message) else { return Vec::new() };
        if self.messages[at].mail.is_large() {
            self.messages[at].files = Some(files.clone());
            return Vec::new();
        }
        let copies = self.messages.remove(at).copies;
        copies.into_iter().map(|copy| ReadyCopy { files: Some(files.clone()), ..copy }).collect()
    }

    /// The files of a message will not come: its copies, out of the park.
    pub fn not_loaded(&mut self, message: MessageNo) -> Vec<ReadyCopy> {
        self.read(message).map_or_else(Vec::new, |at| self.messages.remove(at).copies.into())
    }

    /// Notes that a message's files are read no longer; where it is.
    fn read(&mut self, message: MessageNo) -> Option<usize> {
        self.loading.retain(|(no, _)| *no != message);
        self.messages.iter().position(|parked| parked.mail.no == message)
    }

    /// The next copy of a lane to be made, with its files. It stays here until [`Self::made`].
    pub fn make_next(&mut self, lane: Lane) -> Option<ReadyCopy> {
        let of_lane = self.messages.iter().filter(|p| p.mail.message.lane == lane && p.mail.is_large() && !p.needs_files());
        let mut copies = of_lane.flat_map(|parked| parked.copies.iter().map(move |copy| (copy, &parked.files)));
        let (copy, files) = copies.find(|(copy, _)| !self.making.contains(&place(copy)))?;
        let copy = ReadyCopy { files: files.clone(), ..copy.clone() };
        self.making.push(place(&copy));
        Some(copy)
    }

    /// How many of a lane are being made.
    #[must_use]
    pub fn making(&self, lane: Lane) -> usize {
        let is_of = |no: MessageNo| self.messages.iter().any(|parked| parked.mail.no == no && parked.mail.message.lane == lane);
        self.making.iter().filter(|(no, ..)| is_of(*no)).count()
    }

    /// Making a copy is over. `true` when it was here still, and is out now: it may have been cancelled, paused or given back meanwhile.
    pub fn made(&mut self, copy: &ReadyCopy) -> bool {
        self.making.retain(|other| *other != place(copy));
        let Some(at) = self.messages.iter().position(|parked| parked.mail.no == copy.mail.no) else { return false };
        let copies = &mut self.messages[at].copies;
        let Some(found) = copies.iter().position(|other| place(other) == place(copy)) else { return false };
        copies.remove(found);
        if copies.is_empty() {
            self.messages.remove(at);
        }
        true
    }

    #[must_use]
    pub fn len(&self, lane: Lane) -> u32 {
        let of_lane = self.messages.iter().filter(|parked| parked.mail.message.lane == lane);
        u32::try_from(of_lane.map(|parked| parked.copies.len()).sum::<usize>()).unwrap_or(u32::MAX)
    }

    /// Takes out every copy that `is_meant`.
    pub fn remove(&mut self, is_meant: impl Fn(&ReadyCopy) -> bool) -> Vec<ReadyCopy> {
        let mut out = Vec::new();
        for parked in &mut self.messages {
            let (gone, left) = std::mem::take(&mut parked.copies).into_iter().partition::<VecDeque<_>, _>(|copy| is_meant(copy));
            out.extend(gone);
            parked.copies = left;
        }
        self.messages.retain(|parked| !parked.copies.is_empty());
        out
    }
}
