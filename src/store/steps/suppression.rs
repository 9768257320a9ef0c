//! Addresses that are not to be mailed: looking them up for mail, and what enters the list by itself. All of it is quick where the list
//! is empty; where it is not, one statement looks up all recipients of a slice.

use jebi_domain::{
    address,
    feedback::is_simulator,
    port::suppressions::Listed,
    suppression::{Bounced, Entry, NewEntry, Rules, Scope, Source, SuppressionCause, Wanted, cut, soft_day},
    time::Wall,
};

use super::{Error, Row, Snapshot, Value, privacy, q, row, turn::Turn};

/// Reads what the writer remembers of the list. Mail accepted until now is looked up again when it is claimed.
pub(in crate::store) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (suppressed, soft_bounced) = turn.row(q!("suppression_any"), (), |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
    (turn.memory.suppressed, turn.memory.soft_bounced) = (suppressed, soft_bounced);
    turn.memory.suppressed_before = turn.db.next_message()?;
    Ok(())
}

/// Why each of the addresses gets no mail of this kind, as a delivery has its reason; `None` for those that do.
pub(super) fn reasons<'e>(turn: &Turn<'_>, emails: impl Iterator<Item = &'e str>, wanted: &Wanted) -> Result<Vec<Option<String>>, Error> {
    let keys: Vec<_> = emails.map(address::key).collect();
    let rows: Vec<[Value<'_>; 3]> =
        keys.iter().map(|key| [Value::Text(key), Value::Text(&wanted.scopes), Value::Bool(wanted.unsubscribes)]).collect();
    let found = turn.each(q!("suppression_get"), &rows)?;
    let mut reasons = vec![None; keys.len()];
    if !found.contains(&true) {
        return Ok(reasons);
    }
    let hits: Vec<&str> = keys.iter().zip(&found).filter(|(_, found)| **found).map(|(key, _)| &**key).collect();
    let entries = among(&turn.look(), &hits)?;
    for ((reason, key), _) in reasons.iter_mut().zip(&keys).zip(&found).filter(|(_, found)| **found) {
        let entry = deciding(&entries, key, wanted);
        let entry = entry.ok_or_else(|| turn.changed("an entry of the suppression list was taken off meanwhile"))?;
        *reason = Some(row::reason_text(&entry.reason())?);
    }
    Ok(reasons)
}

/// The entry that keeps mail of an address back: of several the one that was there first.
pub(super) fn deciding<'e>(entries: &'e [Entry], key: &str, wanted: &Wanted) -> Option<&'e Entry> {
    let from = entries.partition_point(|entry| entry.address.as_str() < key);
    let own = entries[from..].iter().take_while(|entry| entry.address == key);
    own.filter(|entry| wanted.includes(entry)).min_by_key(|entry| entry.since)
}

/// The entries of these addresses, by address and scope.
pub(super) fn among(s: &Snapshot<'_>, addresses: &[&str]) -> Result<Vec<Entry>, Error> {
    let list = serde_json::to_string(addresses).map_err(|e| Error::damaged("addresses", e))?;
    s.rows(q!("suppression_among"), [list], |r| Ok(read(r)))?.into_iter().collect()
}

/// Reads a row of the statements that give entries.
pub(super) fn read(r: &Row<'_>) -> Result<Entry, Error> {
    let (scope, cause, source): (String, i64, String) = (r.get(1)?, r.get(2)?, r.get(4)?);
    Ok(Entry {
        address: r.get(0)?,
        scope: Scope::parse(&scope).map_err(|_| Error::damaged("scope of a suppression", scope))?,
        cause: SuppressionCause::from_code(cause).ok_or_else(|| Error::damaged("cause of a suppression", cause))?,
        detail: r.get(3)?,
        source: Source::parse(&source).ok_or_else(|| Error::damaged("source of a suppression", source))?,
        actor: r.get(5)?,
        since: Wall(r.get(6)?),
        last_at: Wall(r.get(7)?),
        times: r.get(8)?,
    })
}

/// Writes entries. Addresses of SES's simulator are left out: tests must go on working.
pub(super) fn add(turn: &mut Turn<'_>, entries: &[NewEntry]) -> Result<Listed, Error> {
    let rules = turn.memory.common().suppression();
    let mut listed = Listed::default();
    let (simulated, kept): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| is_simulator(&entry.address));
    listed.left = simulated.len() as u64;
    let keys: Vec<_> = kept.iter().map(|entry| address::key(&entry.address)).collect();
    let there = among(&turn.look(), &keys.iter().map(|key| &**key).collect::<Vec<_>>())?;
    let mut there: std::collections::HashSet<(&str, &Scope)> = there.iter().map(|entry| (entry.address.as_str(), &entry.scope)).collect();
    for (entry, key) in kept.iter().zip(&keys) {
        if there.insert((key, &entry.scope)) {
            listed.new += 1;
        } else {
            listed.known += 1;
        }
        write(turn, key, entry, &rules)?;
    }
    if !kept.is_empty() {
        turn.memory.suppressed = true;
        // Where others write too, every node hears of it at its next turn, this one as well.
        if turn.db.is_alone() {
            turn.memory.suppressed_before = turn.db.next_message()?;
        }
    }
    Ok(listed)
}

fn write(turn: &mut Turn<'_>, key: &str, entry: &NewEntry, rules: &Rules) -> Result<(), Error> {
    let (scope, source) = (entry.scope.text(), entry.source.text());
    turn.append(q!("suppression_insert"), (key, &scope, entry.cause.code(), cut(&entry.detail), &source, &entry.actor, entry.at.0))?;
    turn.rows += 1;
    let told = entry.scope == Scope::All && matches!(entry.cause, SuppressionCause::Bounce | SuppressionCause::Complaint);
    if told {
        // An account that told us needs not be told.
        for provider in rules.told.iter().filter(|provider| entry.source != Source::Account((*provider).clone())) {
            turn.run(q!("suppression_tell_put"), (provider, key, Some(entry.cause.code()), entry.at.0))?;
        }
    }
    Ok(())
}

/// Writes down that mail to an address bounced or was complained of, in the commit that records the report. A soft bounce enters the list
/// once the rule is met. An automatic answer is not to be told here.
pub(super) fn note_bounce(turn: &mut Turn<'_>, email: &str, kind: Bounced, at: Wall, detail: &str) -> Result<(), Error> {
    if is_simulator(email) {
        return Ok(());
    }
    // Told again in other words after somebody has taken the address off, it is what they knew of.
    let told = turn.each(q!("suppression_removed_since"), &[[Value::Text(&address::key(email)), Value::Int(at.0)]])?;
    if told.contains(&true) {
        return Ok(());
    }
    if kind != Bounced::Soft && privacy::keeps_all_from(turn, email)? {
        return Ok(());
    }
    let rules = turn.memory.common().suppression();
    if kind == Bounced::Soft && !soft_is_enough(turn, email, at, &rules)? {
        return Ok(());
    }
    let (cause, scope) = rules.entry(kind);
    let (address, detail) = (email.to_owned(), detail.to_owned());
    add(turn, &[NewEntry { address, scope, cause, detail, source: Source::Event, actor: String::new(), at }])?;
    Ok(())
}

/// Counts a soft bounce. Whether it puts its address on the list.
fn soft_is_enough(turn: &mut Turn<'_>, email: &str, at: Wall, rules: &Rules) -> Result<bool, Error> {
    let Some(rule) = rules.soft else { return Ok(false) };
    let key = address::key(email);
    turn.run(q!("soft_bounce_forget"), [rule.since(at)])?;
    turn.run(q!("soft_bounce_add"), (&key, soft_day(at), at.0))?;
    turn.memory.soft_bounced = true;
    turn.rows += 2;
    let days = turn.row(q!("soft_bounce_days"), (&key, rule.since(at)), |r| r.get(0))?.unwrap_or(0);
    if !rule.is_met(days) {
        return Ok(false);
    }
    // Counted from here anew, should it be taken off.
    turn.run(q!("soft_bounce_clear"), (&key, at.0))?;
    Ok(true)
}

/// Writes down that mail to an address was delivered: soft bounces until then count no more.
pub(super) fn note_delivered(turn: &mut Turn<'_>, email: &str, at: Wall) -> Result<(), Error> {
    if !turn.memory.soft_bounced {
        return Ok(());
    }
    turn.run(q!("soft_bounce_clear"), (address::key(email), at.0))
}
