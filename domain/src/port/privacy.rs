//! Erasing what is known of a person, and deleting what mail said.

use super::{Boxed, store::StoreResult};
use crate::{
    erasure::PersonKey,
    id::{DeliveryKey, MessageId},
    message::Message,
    time::Wall,
};

/// What stood of a person beside their mail, and is erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The address was on the suppression list: its hash keeps all mail from it now, else bulk mail alone.
    pub suppressed: bool,
    pub refusals: u64,
    /// Consents whose proof stays under the hash.
    pub consents: u64,
}

/// A slice of somebody's deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedSlice {
    /// Copies the person was erased from.
    pub erased: u64,
    /// Copies that are being written or sent, or whose outcome is open: they are left, and erased when it is asked again.
    pub open: u64,
    /// Where to go on; `None` at the end.
    pub next: Option<DeliveryKey>,
}

/// What became of deleting a message's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentDeleted {
    Done,
    /// There is no such message.
    Missing,
    /// Something of it waits or is being sent.
    UnderWay,
}

/// People and content.
pub trait PrivacyStore: Send + Sync {
    /// What erased people are known by. Asked for where anybody was erased: without it their mail cannot be told.
    fn know_people_by(&self, key: PersonKey);
    /// Whether anybody stays erased.
    fn keeps_hashes(&self) -> Boxed<'_, StoreResult<bool>>;
    /// Writes the hash of an address down, and erases what stands of it beside its mail. `address` is as it is compared.
    fn forget(&self, address: &str, now: Wall) -> Boxed<'_, StoreResult<Forgotten>>;
    /// Lets mail go to an address again whose owner's data was erased. `false` where it was not.
    fn readmit(&self, address: &str) -> Boxed<'_, StoreResult<bool>>;
    /// Which of these addresses, by place, this mail does not go to because their owner's data was erased. As they are compared.
    fn erased_among(&self, message: &Message, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<u32>>>;
    /// Erases the address from some of its deliveries below `before`, newest first. What waits is suppressed.
    fn erase_deliveries(&self, address: &str, before: Option<DeliveryKey>, now: Wall) -> Boxed<'_, StoreResult<ErasedSlice>>;
    /// What is a copy's own, as it was given: language and values (JSON).
    fn personal(&self, key: DeliveryKey) -> Boxed<'_, StoreResult<Option<String>>>;
    /// Deletes what a message said, for good; its record stays. Repeatable.
    fn delete_content(&self, message: MessageId, now: Wall) -> Boxed<'_, StoreResult<ContentDeleted>>;
}
