//! The limits every provider may have: rate, daily limit, connections.

use super::{
    key::Key,
    parse::{rate, whole},
    reader::Reader,
};

/// The keys of one section.
pub(super) struct LimitKeys {
    pub rate: &'static Key,
    pub daily: &'static Key,
    pub connections: &'static Key,
}

/// What the operator allows an account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Recipients a second at most, above 0; the account's own rate holds besides.
    pub max_send_per_second: Option<f64>,
    /// Recipients in any 24 hours at most; the account's own limit holds besides.
    pub daily_limit: Option<u64>,
    /// Calls in flight at most.
    pub max_connections: Option<u32>,
}

pub(super) fn read(r: &mut Reader, keys: &LimitKeys) -> Option<Limits> {
    let max_send_per_second = r.may(keys.rate, rate);
    let daily_limit = r.may(keys.daily, whole(1..=1_000_000_000_u64));
    let max_connections = r.may(keys.connections, whole(1..=1_024_u32));
    Some(Limits { max_send_per_second: max_send_per_second?, daily_limit: daily_limit?, max_connections: max_connections? })
}
