//! What is answered: made from what was checked and, inside the commit, from what the store found suppressed.

use std::time::Duration;

use jebi_domain::{
    id::{DeliveryId, MessageId},
    message::{Lane, MAX_JOINT},
    port::store::AcceptReport,
    preflight::Warning,
    refusal::Fault,
    suppression::SuppressionCause,
};
use serde::Serialize;

/// Most copies of a message whose ids are answered one by one; more are listed by `/v1/deliveries`.
pub const LISTED: usize = 100;

/// An address that was refused; nothing is sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Place in its list, from 0.
    pub index: usize,
    /// As it was given.
    pub email: String,
    pub fault: Fault,
}

/// An address given before in the same message; it gets one copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Place in its list, from 0.
    pub index: usize,
    /// The list and place, as a path in the request.
    pub field: String,
    pub email: String,
}

/// Why a recipient gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cause {
    /// The address is on the suppression list.
    Listed(SuppressionCause),
    Refused(Refused),
}

/// The recipient refused mail of this kind, or was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    Unsubscribed,
    /// Their data was erased, and with it the leave to mail them.
    PersonErased,
}

/// A stored recipient that gets nothing, because its address is on the suppression list or it refused mail of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// Place in its list, from 0.
    pub index: usize,
    /// The list and place, as a path in the request.
    pub field: String,
    pub email: String,
    /// Why; `None` where it was not asked.
    pub cause: Option<Cause>,
}

/// A stored copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub id: DeliveryId,
    /// The recipient; of a joint copy the first.
    pub email: String,
}

/// What was taken of one message. `total = success + errors + duplicates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// `None` when no address was good: nothing of it is stored.
    pub id: Option<MessageId>,
    pub topic: Option<String>,
    pub lane: Lane,
    /// Addresses given.
    pub total: usize,
    /// Recipients stored, suppressed ones among them.
    pub success: usize,
    /// Addresses refused.
    pub errors: usize,
    pub rejected: Vec<Rejected>,
    pub duplicates: Vec<Duplicate>,
    pub suppressed: Vec<Suppressed>,
    /// What is probably not meant.
    pub warnings: Vec<Warning>,
    /// Its copies; `None` when they are more than [`LISTED`].
    pub copies: Option<Vec<Copy>>,
}

/// What was taken of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub total: usize,
    pub success: usize,
    pub errors: usize,
    /// From the first check until it was written, whole milliseconds.
    pub duration_ms: u64,
    /// Whether any of it waits for a time the caller gave.
    pub scheduled: bool,
    pub messages: Vec<Taken>,
}

/// Many strings in one allocation: the recipients kept, in case some turn out to be suppressed.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    text: String,
    ends: Vec<usize>,
}

impl Addresses {
    pub(super) fn of<'a>(emails: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut all = Self { text: String::with_capacity(emails.len() * 24), ends: Vec::with_capacity(emails.len()) };
        for email in emails {
            all.text.push_str(email);
            all.ends.push(all.text.len());
        }
        all
    }
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}

/// Which list and place of the request a kept recipient came from.
#[derive(Debug)]
pub(super) enum Places {
    /// All of one list, none left out.
    Whole(&'static str),
    /// One by one.
    Each(Vec<(&'static str, usize)>),
}

impl Places {
    pub(super) fn get(&self, at: usize) -> (&'static str, usize) {
        match self {
            Self::Whole(list) => (list, at),
            Self::Each(all) => all.get(at).copied().unwrap_or(("", at)),
        }
    }
}

/// What of a message's receipt is known before it is written.
#[derive(Debug)]
pub(super) struct Pending {
    /// Place of the message in the request.
    pub at: usize,
    /// Its id where anything of it is stored.
    pub id: Option<MessageId>,
    pub topic: Option<String>,
    pub lane: Lane,
    pub total: usize,
    /// Whether a copy is to several.
    pub joint: bool,
    pub kept: Addresses,
    pub places: Places,
    pub rejected: Vec<Rejected>,
    pub duplicates: Vec<Duplicate>,
    pub warnings: Vec<Warning>,
    /// Of those the report finds suppressed, in its order; empty where it was not asked.
    pub causes: Vec<Cause>,
}

impl Pending {
    fn finish(&self, suppressed: &[u32]) -> Taken {
        let each = if self.joint { MAX_JOINT } else { 1 };
        let shown = self.kept.len().div_ceil(each);
        let copies = self.id.filter(|_| shown <= LISTED).map(|message| {
            let copy = |ordinal: usize| Copy {
                id: DeliveryId { message, ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX) },
                email: self.kept.get(ordinal * each).unwrap_or_default().to_owned(),
            };
            (0..shown).map(copy).collect()
        });
        let suppressed = suppressed.iter().enumerate().map(|(i, ordinal)| {
            let at = *ordinal as usize;
            let (list, index) = self.places.get(at);
            Suppressed {
                index,
                field: format!("messages[{}].{list}[{index}]", self.at),
                email: self.kept.get(at).unwrap_or_default().to_owned(),
                cause: self.causes.get(i).copied(),
            }
        });
        Taken {
            suppressed: suppressed.collect(),
            copies,
            id: self.id,
            topic: self.topic.clone(),
            lane: self.lane,
            total: self.total,
            success: self.kept.len(),
            errors: self.rejected.len(),
            rejected: self.rejected.clone(),
            duplicates: self.duplicates.clone(),
            warnings: self.warnings.clone(),
        }
    }
}

impl Receipt {
    /// As it is where nothing was stored.
    pub(super) fn rehearsed(mut self) -> Self {
        self.messages.iter_mut().for_each(|taken| (taken.id, taken.copies) = (None, None));
        self
    }
}

/// What of a receipt is known before it is written.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub scheduled: bool,
    pub messages: Vec<Pending>,
}

impl Unfinished {
    /// Places in the request of the messages that have a draft, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.messages.iter().filter(|m| m.id.is_some()).map(|m| m.at)
    }

    /// Puts the reasons of refused addresses, and the warnings, into other words.
    pub(super) fn say(&mut self, say: impl Fn(Fault) -> Fault) {
        for warning in self.messages.iter_mut().flat_map(|m| &mut m.warnings) {
            let said = say(Fault::new("", warning.code, std::mem::take(&mut warning.warning), std::mem::take(&mut warning.remedy)));
            (warning.warning, warning.remedy) = (said.fault, said.remedy);
        }
        for rejected in self.messages.iter_mut().flat_map(|m| &mut m.rejected) {
            rejected.fault = say(rejected.fault.clone());
        }
    }

    /// The receipt, once the store has said which recipients are suppressed. Only messages with an id had a draft.
    pub(super) fn finish(&self, report: &AcceptReport, took: Duration) -> Receipt {
        let mut suppressed = report.suppressed.iter();
        let messages: Vec<_> = self
            .messages
            .iter()
            .map(|m| {
                let found = m.id.and_then(|_| suppressed.next());
                m.finish(found.map_or(&[], Vec::as_slice))
            })
            .collect();
        Receipt {
            total: messages.iter().map(|m| m.total).sum(),
            success: messages.iter().map(|m| m.success).sum(),
            errors: messages.iter().map(|m| m.errors).sum(),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            scheduled: self.scheduled,
            messages,
        }
    }
}
