//! What `POST /v1/messages` answers.

use std::borrow::Cow;

use jebi_domain::{
    id::{DeliveryId, MessageId},
    message::Lane,
    preflight::Warning,
    time::Wall,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::shape::{self, Time};
use crate::service::accept::{Cause, Copy, Duplicate, Receipt, Rejected, Suppressed, Taken};

/// What was accepted.
#[derive(Serialize, ToSchema)]
pub struct SubmitAnswer {
    /// Addresses given.
    total: usize,
    /// Recipients stored; those who are suppressed are among them and get nothing.
    success: usize,
    /// Addresses refused. What is left of `total` was given twice.
    errors: usize,
    /// Milliseconds from the first check until it was written.
    duration_ms: u64,
    /// Whether any of it waits for the time given.
    scheduled: bool,
    /// `true` where it was only tried out: nothing is stored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// In the order of the request.
    messages: Vec<MessageAnswer>,
}

/// What was accepted of one message.
#[derive(Serialize, ToSchema)]
struct MessageAnswer {
    /// `null` when none of its addresses was good: nothing of it is stored.
    #[schema(value_type = Option<String>)]
    id: Option<MessageId>,
    topic_id: Option<String>,
    #[schema(schema_with = shape::lane)]
    lane: Lane,
    total: usize,
    success: usize,
    errors: usize,
    /// Addresses refused.
    rejected: Vec<RejectedAddress>,
    /// Addresses that were given before in this message.
    duplicates: Vec<AddressPlace>,
    /// Recipients on the suppression list, or unsubscribed from bulk mail of this kind.
    suppressed: Vec<SuppressedAddress>,
    /// What is probably not meant. It stands in the way of nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<WarningAnswer>>)]
    warnings: Vec<WarningAnswer>,
    /// When the last of it would have been sent at the rate of now: an estimate. Only where it was tried out; `null` while its provider or
    /// its topic sends nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    finish_estimate: Option<Option<Time>>,
    /// Its copies, when they are 100 or fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Vec<CopyAnswer>>,
}

/// A refused address.
#[derive(Serialize, ToSchema)]
struct RejectedAddress {
    /// Its place in its list, from 0.
    index: usize,
    email: String,
    field: String,
    code: &'static str,
    fault: String,
    remedy: String,
}

/// Something that is probably not meant.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Warning)]
pub(super) struct WarningAnswer {
    /// A stable machine word.
    #[schema(value_type = String)]
    code: Cow<'static, str>,
    /// Where: a path in the body such as `messages[0].html`.
    field: String,
    /// What will happen.
    warning: String,
    /// What to do about it.
    remedy: String,
}

/// A recipient who gets nothing: on the suppression list, or unsubscribed from bulk mail of this kind.
#[derive(Serialize, ToSchema)]
struct SuppressedAddress {
    /// Its place in its list, from 0.
    index: usize,
    field: String,
    email: String,
    /// Why: `bounce`, `complaint`, `manual`, `soft_bounce` or `unsubscribe` on the suppression list, or `unsubscribed`. Only where the
    /// request was tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    cause: Option<Cause>,
}

/// An address by its place in the request.
#[derive(Serialize, ToSchema)]
struct AddressPlace {
    /// Its place in its list, from 0.
    index: usize,
    field: String,
    email: String,
}

/// One copy.
#[derive(Serialize, ToSchema)]
struct CopyAnswer {
    /// The delivery's id.
    #[schema(value_type = String)]
    id: DeliveryId,
    /// Its recipient; of a joint copy the first.
    email: String,
}

impl SubmitAnswer {
    /// Faults stand there in the caller's language already; a repeated request gets this first answer, in whatever language it was.
    pub fn new(r: Receipt) -> Self {
        Self {
            total: r.total,
            success: r.success,
            errors: r.errors,
            duration_ms: r.duration_ms,
            scheduled: r.scheduled,
            dry_run: false,
            messages: r.messages.into_iter().map(MessageAnswer::new).collect(),
        }
    }
}

impl SubmitAnswer {
    /// Of what was only tried out, with when each message would have been sent.
    pub fn rehearsed(receipt: Receipt, finishes: Vec<Option<Wall>>) -> Self {
        let mut answer = Self { dry_run: true, ..Self::new(receipt) };
        for (message, finish) in answer.messages.iter_mut().zip(finishes) {
            message.finish_estimate = Some(finish.map(Time));
        }
        answer
    }
}

impl MessageAnswer {
    fn new(t: Taken) -> Self {
        let copy = |Copy { id, email }| CopyAnswer { id, email };
        Self {
            id: t.id,
            topic_id: t.topic,
            lane: t.lane,
            total: t.total,
            success: t.success,
            errors: t.errors,
            rejected: t.rejected.into_iter().map(RejectedAddress::new).collect(),
            duplicates: t.duplicates.into_iter().map(|Duplicate { index, field, email }| AddressPlace { index, field, email }).collect(),
            suppressed: t.suppressed.into_iter().map(suppressed).collect(),
            warnings: t.warnings.into_iter().map(WarningAnswer::new).collect(),
            finish_estimate: None,
            deliveries: t.copies.map(|all| all.into_iter().map(copy).collect()),
        }
    }
}

fn suppressed(Suppressed { index, field, email, cause }: Suppressed) -> SuppressedAddress {
    SuppressedAddress { index, field, email, cause }
}

impl WarningAnswer {
    pub fn new(Warning { field, code, warning, remedy }: Warning) -> Self {
        Self { code: code.into(), field, warning, remedy }
    }

    /// Whether it says the same of the same field.
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.code, &self.field) == (&other.code, &other.field)
    }
}

impl RejectedAddress {
    fn new(Rejected { index, email, fault }: Rejected) -> Self {
        Self { index, email, field: fault.field, code: fault.code, fault: fault.fault, remedy: fault.remedy }
    }
}
