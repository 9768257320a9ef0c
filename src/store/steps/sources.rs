//! Topics and queues that events come from, as the port has them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use jebi_domain::{
    port::{
        Boxed, SourceStore,
        sns::{Asked, EventSource, Seen, SourceChange, WAITING_SOURCES},
        store::StoreResult,
    },
    sns::{TopicArn, Verdict},
    time::Wall,
};

use super::{Engine, Error, Row, SqlStore, group::Class, q, turn::Turn};

impl<E: Engine> SourceStore for SqlStore<E> {
    fn sources(&self) -> Boxed<'_, StoreResult<Vec<EventSource>>> {
        self.look(|s| s.rows(q!("source_list"), (), |r| Ok(read(r)))?.into_iter().collect())
    }

    fn change_source(&self, name: &str, change: SourceChange, now: Wall) -> Boxed<'_, StoreResult<()>> {
        let name = name.to_owned();
        self.shared.write(Class::Admin, move |t| apply(t, &name, &change, now))
    }

    fn sources_seen(&self, seen: Vec<Seen>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| {
            for Seen { name, last, events } in &seen {
                t.run(q!("source_insert"), (name, now.0))?;
                t.change(q!("source_seen"), (name, last.0, *events))?;
                t.rows += 1;
            }
            Ok(())
        })
    }
}

fn apply(turn: &mut Turn<'_>, name: &str, change: &SourceChange, now: Wall) -> Result<(), Error> {
    turn.run(q!("source_insert"), (name, now.0))?;
    turn.rows += 1;
    match change {
        SourceChange::Asked { url, next } => {
            turn.change(q!("source_asked"), (name, url, now.0, next.map(|at| at.0)))?;
            trim(turn)
        }
        SourceChange::Confirmed { url } => turn.change(q!("source_confirmed"), (name, url, now.0)),
        // Another subscription may have been asked for since.
        SourceChange::Failed { url, fault, next } => turn.run(q!("source_failed"), (name, url, fault, next.map(|at| at.0))),
        SourceChange::Unsubscribed => turn.change(q!("source_unsubscribed"), (name, now.0)),
        SourceChange::Judged(verdict) => turn.change(q!("source_judged"), (name, verdict.code(), now.0)),
    }
}

/// Makes room among topics nobody decided on: whichever account has most of them loses its oldest, so that one with a few keeps them.
fn trim(turn: &Turn<'_>) -> Result<(), Error> {
    let names: Vec<String> = turn.rows_of(q!("source_waiting"), (), |r| r.get(0))?;
    let mut accounts: BTreeMap<String, VecDeque<(usize, &str)>> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        let account = TopicArn::parse(name).map_or_else(|_| String::new(), |topic| topic.account().to_owned());
        accounts.entry(account).or_default().push_back((place, name));
    }
    for _ in WAITING_SOURCES as usize..names.len() {
        let most = accounts.values_mut().max_by_key(|all| (all.len(), all.front().map(|(place, _)| Reverse(*place))));
        if let Some((_, name)) = most.and_then(VecDeque::pop_front) {
            turn.execute(q!("source_drop"), [name])?;
        }
    }
    Ok(())
}

/// Reads a row of `source_list`.
fn read(r: &Row<'_>) -> Result<EventSource, Error> {
    let code: i64 = r.get(1)?;
    let (url, at): (Option<String>, Option<i64>) = (r.get(4)?, r.get(5)?);
    let (next, tries, fault) = (r.get::<Option<i64>>(6)?, r.get(7)?, r.get(8)?);
    Ok(EventSource {
        name: r.get(0)?,
        verdict: Verdict::from_code(code).ok_or_else(|| Error::damaged("verdict on an event source", code))?,
        first_seen_at: Wall(r.get(2)?),
        confirmed_at: r.get::<Option<i64>>(3)?.map(Wall),
        asked: url.zip(at).map(|(url, at)| Asked { url, at: Wall(at), next: next.map(Wall), tries, fault }),
        unsubscribed_at: r.get::<Option<i64>>(9)?.map(Wall),
        last_event_at: r.get::<Option<i64>>(10)?.map(Wall),
        events: r.get(11)?,
    })
}
