//! Statements that only this engine has.

/// The text of one, by its file's name.
macro_rules! own {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/postgres/sql/own/", $name, ".sql"))
    };
}

pub(super) const BOUND: &str = own!("bound");
pub(super) const CANCELLED_HELD: &str = own!("cancelled_held");
pub(super) const DECIDED: &str = own!("decided");
pub(super) const DELIVERIES_LOCK: &str = own!("deliveries_lock");
pub(super) const INSTALLATION_HOLD: &str = own!("installation_hold");
pub(super) const INSTALLATION_HOLD_BULK: &str = own!("installation_hold_bulk");
pub(super) const INSTALLATION_INSERT: &str = own!("installation_insert");
pub(super) const INSTALLATION_KNOWN: &str = own!("installation_known");
pub(super) const INSTALLATION_STATE: &str = own!("installation_state");
pub(super) const LEASES_OF: &str = own!("leases_of");
pub(super) const MESSAGE_NUMBERS: &str = own!("message_numbers");
pub(super) const MESSAGE_SHARE: &str = own!("message_share");
pub(super) const MESSAGE_STATE: &str = own!("message_state");
pub(super) const OLDEST_XMIN: &str = own!("oldest_xmin");
pub(super) const QUEUES_BUSY: &str = own!("queues_busy");
pub(super) const QUEUES_LOCK: &str = own!("queues_lock");
pub(super) const QUEUES_NAMED: &str = own!("queues_named");
pub(super) const SESSION: &str = own!("session");
pub(super) const SLOT_BEGIN: &str = own!("slot_begin");
pub(super) const SLOT_RESERVE: &str = own!("slot_reserve");
pub(super) const STAGED_FIRST: &str = own!("staged_first");
pub(super) const TABLE_HOLDERS: &str = own!("table_holders");
pub(super) const TURN_STATE: &str = own!("turn_state");
pub(super) const UPKEEP_FREE: &str = own!("upkeep_free");
pub(super) const UPKEEP_TAKE: &str = own!("upkeep_take");
