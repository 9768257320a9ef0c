//! What `POST /v1/messages` answers.

use jebi_domain::{
    id::{DeliveryId, MessageId},
    message::Lane,
    refusal::Fault,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::shape;
use crate::service::accept::{Copy, Duplicate, Receipt, Rejected, Suppressed, Taken};

/// What was accepted.
#[derive(Serialize, ToSchema)]
pub struct SubmitAnswer {
    /// Addresses given.
    total: usize,
    /// Recipients stored; those on the suppression list are among them and get nothing.
    success: usize,
    /// Addresses refused. What is left of `total` was given twice.
    errors: usize,
    /// Milliseconds from the first check until it was written.
    duration_ms: u64,
    /// Whether any of it waits for the time given.
    scheduled: bool,
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
    /// Recipients on the suppression list.
    suppressed: Vec<AddressPlace>,
    /// What should be seen to, though it was taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<Warning>>)]
    warnings: Vec<Warning>,
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

/// Something that should be seen to.
#[derive(Serialize, ToSchema)]
struct Warning {
    field: String,
    code: &'static str,
    fault: String,
    remedy: String,
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
            messages: r.messages.into_iter().map(MessageAnswer::new).collect(),
        }
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
            suppressed: t.suppressed.into_iter().map(|Suppressed { index, field, email }| AddressPlace { index, field, email }).collect(),
            warnings: t.warnings.into_iter().map(|Fault { field, code, fault, remedy }| Warning { field, code, fault, remedy }).collect(),
            deliveries: t.copies.map(|all| all.into_iter().map(copy).collect()),
        }
    }
}

impl RejectedAddress {
    fn new(Rejected { index, email, fault }: Rejected) -> Self {
        Self { index, email, field: fault.field, code: fault.code, fault: fault.fault, remedy: fault.remedy }
    }
}
