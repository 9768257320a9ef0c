//! Rows to domain values and back.

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    id::MessageId,
    message::{Content, Lane, Mailbox, Message, OnUnknown, Role},
    outcome::Reason,
    time::Wall,
};

use super::{Error, Row, known::Known};

pub(super) fn on_unknown_code(p: OnUnknown) -> i64 {
    match p {
        OnUnknown::Resend => 0,
        OnUnknown::Hold => 1,
    }
}

pub(super) fn id(bytes: &[u8]) -> Result<MessageId, Error> {
    bytes.try_into().map(MessageId).map_err(|_| Error::damaged("message id", bytes.len()))
}

/// A message without what lies in its topic's and its queue's rows.
pub(super) struct Unplaced {
    message: Message,
    pub queue: i64,
    pub topic: i64,
    copies: u32,
    cancelled: bool,
    lapsed: bool,
}

impl Unplaced {
    pub fn placed(self, topic: String, provider: String, lane: Lane) -> Known {
        let message = Message { topic, provider, lane, ..self.message };
        Known {
            message: Arc::new(message),
            queue: self.queue,
            topic: self.topic,
            copies: self.copies,
            cancelled: self.cancelled,
            lapsed: self.lapsed,
            attempted: false,
        }
    }
}

/// Reads a row of `message_get`.
pub(super) fn message(r: &Row<'_>) -> Result<Known, Error> {
    let lane: i64 = r.get(18)?;
    let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
    Ok(unplaced(r)?.placed(r.get(16)?, r.get(17)?, lane))
}

/// Reads a row of `message_read`, or the same columns of `message_get`.
pub(super) fn unplaced(r: &Row<'_>) -> Result<Unplaced, Error> {
    let content: Vec<u8> = r.get(13)?;
    let content: Content = serde_json::from_slice(&content).map_err(|e| Error::damaged("content", e))?;
    let on_unknown = if r.get::<i64>(6)? == on_unknown_code(OnUnknown::Hold) { OnUnknown::Hold } else { OnUnknown::Resend };
    let message = Message {
        id: id(&r.get::<Vec<u8>>(1)?)?,
        topic: String::new(),
        lane: Lane::Bulk,
        provider: String::new(),
        route: r.get(12)?,
        content,
        on_unknown,
        created_at: Wall(r.get(7)?),
        due: Wall(r.get(8)?),
        scheduled: r.get(9)?,
        expires_at: r.get::<Option<i64>>(10)?.map(Wall),
        variables: r.get::<Option<String>>(15)?.map(Arc::from),
    };
    Ok(Unplaced {
        message,
        queue: r.get(2)?,
        topic: r.get(3)?,
        copies: r.get(4)?,
        cancelled: r.get::<Option<i64>>(11)?.is_some(),
        lapsed: r.get::<Option<i64>>(14)?.is_some(),
    })
}

/// A stored reason.
pub(super) fn reason(text: Option<String>) -> Result<Option<Reason>, Error> {
    text.map(|t| serde_json::from_str(&t).map_err(|e| Error::damaged("reason", e))).transpose()
}

pub(super) fn reason_text(reason: &Reason) -> Result<String, Error> {
    serde_json::to_string(reason).map_err(|e| Error::damaged("reason", e))
}

/// A recipient of a joint copy.
pub(super) struct Recipient {
    pub role: Role,
    pub mailbox: Mailbox,
    pub state: State,
    pub feedback: i64,
    pub attempt: u16,
    pub provider_id: Option<String>,
    pub reason: Option<Reason>,
    pub changed_at: Option<Wall>,
}

/// Reads a row of `joint_list`.
pub(super) fn joint(r: &Row<'_>) -> Result<Recipient, Error> {
    let (role, state): (i64, i64) = (r.get(1)?, r.get(4)?);
    Ok(Recipient {
        role: Role::from_code(role).ok_or_else(|| Error::damaged("role", role))?,
        mailbox: Mailbox { email: r.get(2)?, name: r.get(3)? },
        state: State::from_code(state).ok_or_else(|| Error::damaged("state", state))?,
        feedback: r.get(5)?,
        attempt: r.get(6)?,
        provider_id: r.get(7)?,
        reason: reason(r.get(8)?)?,
        changed_at: r.get::<Option<i64>>(9)?.map(Wall),
    })
}
