//! What a key is to allow, as a caller writes it; checked, with every fault found in one pass.

use std::fmt::Display;

use jebi_domain::{
    access::{Grant, Scope, Scopes, SenderRule},
    network::Network,
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};

/// Most senders, and most networks, of a key.
const MAX_LIST: usize = 100;
/// Largest daily limit, in recipients.
pub const MAX_DAILY: i64 = 1_000_000_000;

/// Parts of a grant to be set; those not given stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantChange {
    pub scopes: Option<Vec<String>>,
    /// RFC 3339; an inner `None` takes the end away.
    pub expires_at: Option<Option<String>>,
    /// Empty to allow all.
    pub senders: Option<Vec<String>>,
    /// Empty to allow all.
    pub networks: Option<Vec<String>>,
    /// An inner `None` takes the limit away.
    pub daily_limit: Option<Option<i64>>,
    /// An inner `None` unties it.
    pub profile: Option<Option<String>>,
}

impl GrantChange {
    /// The grant changed so.
    ///
    /// # Errors
    /// Every fault, by field.
    pub fn apply(self, to: Grant, now: Wall) -> Result<Grant, Refusal> {
        let (mut grant, mut faults) = (to, Vec::new());
        if let Some(scopes) = self.scopes {
            keep(&mut grant.scopes, read_scopes(&scopes), &mut faults);
        }
        if let Some(end) = self.expires_at {
            keep(&mut grant.expires_at, end.map(|text| read_end(&text, now)).transpose(), &mut faults);
        }
        if let Some(senders) = self.senders {
            let remedy = "give an address (news@example.kr) or a whole domain (@example.kr)";
            grant.senders = read_list("senders", "sender", remedy, &senders, SenderRule::parse, &mut faults);
        }
        if let Some(networks) = self.networks {
            let remedy = "give a network (10.0.0.0/8, 2001:db8::/32) or an address";
            grant.networks = read_list("networks", "network", remedy, &networks, Network::parse, &mut faults);
        }
        if let Some(limit) = self.daily_limit {
            keep(&mut grant.daily_limit, limit.map(read_limit).transpose(), &mut faults);
        }
        if let Some(profile) = self.profile {
            grant.profile = profile;
        }
        if faults.is_empty() { Ok(grant) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
    }
}

fn keep<T>(place: &mut T, read: Result<T, Fault>, faults: &mut Vec<Fault>) {
    match read {
        Ok(value) => *place = value,
        Err(fault) => faults.push(fault),
    }
}

fn read_scopes(given: &[String]) -> Result<Scopes, Fault> {
    let remedy = "give one or more of send, read, admin";
    if given.is_empty() {
        return Err(Fault::new("scopes", "no_scopes", "the key would allow nothing", remedy));
    }
    let scopes: Result<Vec<Scope>, Fault> = given
        .iter()
        .enumerate()
        .map(|(i, text)| {
            Scope::parse(text).ok_or_else(|| Fault::new(format!("scopes[{i}]"), "unknown_scope", format!("{text:?} is no scope"), remedy))
        })
        .collect();
    scopes.map(|scopes| Scopes::of(&scopes))
}

fn read_end(text: &str, now: Wall) -> Result<Wall, Fault> {
    let remedy = "give a time to come, such as 2027-01-31T00:00:00+09:00";
    let fault = |what: String| Fault::new("expires_at", "invalid_time", what, remedy);
    let at = text.parse::<jiff::Timestamp>().map_err(|_| fault(format!("{text:?} is no time in the form of RFC 3339")))?;
    if Wall::from(at) <= now {
        return Err(fault(format!("{text} is past")));
    }
    Ok(at.into())
}

fn read_limit(limit: i64) -> Result<i64, Fault> {
    if (1..=MAX_DAILY).contains(&limit) {
        return Ok(limit);
    }
    let fault = format!("{limit} is not a number from 1 to {MAX_DAILY}");
    Err(Fault::new("daily_limit", "out_of_range", fault, "give the recipients a day, or null for no limit"))
}

fn read_list<T: PartialEq + Display>(
    field: &str,
    noun: &str,
    remedy: &str,
    given: &[String],
    parse: impl Fn(&str) -> Option<T>,
    faults: &mut Vec<Fault>,
) -> Vec<T> {
    if given.len() > MAX_LIST {
        let fault = format!("{} are given; at most {MAX_LIST} are taken", given.len());
        faults.push(Fault::new(field, "too_many", fault, "name whole domains and larger networks"));
        return Vec::new();
    }
    let mut read = Vec::with_capacity(given.len());
    for (i, text) in given.iter().enumerate() {
        match parse(text) {
            Some(one) if read.contains(&one) => {}
            Some(one) => read.push(one),
            None => faults.push(Fault::new(format!("{field}[{i}]"), "invalid_value", format!("{text:?} is no {noun}"), remedy)),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Option<Vec<String>> {
        Some(all.iter().map(|one| (*one).to_owned()).collect())
    }

    #[test]
    fn what_is_given_is_set_and_the_rest_stays() {
        let before = Grant { daily_limit: Some(5), ..Grant::FULL };
        let change = GrantChange { senders: texts(&["@shop.kr", "@SHOP.kr"]), networks: texts(&["10.1.2.3/8"]), ..GrantChange::default() };
        let grant = change.apply(before, Wall(0)).expect("valid");
        assert_eq!((grant.senders.len(), grant.networks[0].to_string(), grant.daily_limit), (1, "10.0.0.0/8".into(), Some(5)));
        let clear = GrantChange { senders: texts(&[]), daily_limit: Some(None), ..GrantChange::default() };
        let cleared = clear.apply(grant, Wall(0)).expect("valid");
        assert_eq!((cleared.senders.len(), cleared.networks.len(), cleared.daily_limit), (0, 1, None));
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let change = GrantChange {
            scopes: texts(&["send", "write"]),
            expires_at: Some(Some("1970-01-01T00:00:00Z".into())),
            senders: texts(&["ok@shop.kr", "shop.kr"]),
            networks: texts(&["10.0.0.0/99"]),
            daily_limit: Some(Some(0)),
            profile: None,
        };
        let told = change.apply(Grant::FULL, Wall(5)).expect_err("faults");
        let fields: Vec<_> = told.faults.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(
            fields,
            [
                ("scopes[1]", "unknown_scope"),
                ("expires_at", "invalid_time"),
                ("senders[1]", "invalid_value"),
                ("networks[0]", "invalid_value"),
                ("daily_limit", "out_of_range"),
            ]
        );
        let none = GrantChange { scopes: texts(&[]), expires_at: Some(Some("내일".into())), ..GrantChange::default() };
        let told = none.apply(Grant::FULL, Wall(5)).expect_err("faults");
        assert_eq!(told.faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["no_scopes", "invalid_time"]);
    }
}
