//! Alerts as they stand. A look changes them, and what people are to be told of it is written in the same commit.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use jebi_domain::{
    alert::{Alert, AlertCode, Reading, Silence, Tell},
    hook::HookKind,
    port::{
        Boxed,
        reputation::{Heard, ReputationStore, ScopeState, StoppedTopic, Told, TopicFirst, Used},
        store::StoreResult,
    },
    reputation::{Mark, Scope, WindowRule, slot_of},
    time::Wall,
};

use serde::Deserialize;
use serde_json::json;

use super::{Engine, Error, Row, SqlStore, aside, group::Class, hooks, port::HOUSE, q, reputation, turn::Turn};

/// The subject that stands for all of a code: no topic, provider or domain has a control character in its name.
const ALL: &str = "\u{1}";
/// Alerts shown.
const LISTED: usize = 500;
/// How long what was resolved is shown.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

impl<E: Engine> ReputationStore for SqlStore<E> {
    fn keeps_house(&self) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, |t| t.db.keeps_house(HOUSE))
    }

    fn reputations(&self, rule: WindowRule, now: Wall) -> Boxed<'_, StoreResult<Vec<ScopeState>>> {
        self.look(move |s| reputation::list(s, &rule, now))
    }

    fn marks(&self) -> Boxed<'_, StoreResult<Vec<(Scope, Mark)>>> {
        self.look(|s| Ok(reputation::marks(s)?.into_iter().collect()))
    }

    fn mark_of(&self, scope: Scope) -> Boxed<'_, StoreResult<Option<Mark>>> {
        self.look(move |s| reputation::read_mark(s, &scope))
    }

    fn sent_by(&self, scope: Scope, since: Wall) -> Boxed<'_, StoreResult<u64>> {
        self.sent_between(scope, since, Wall(i64::MAX))
    }

    fn sent_between(&self, scope: Scope, from: Wall, until: Wall) -> Boxed<'_, StoreResult<u64>> {
        self.look(move |s| {
            let slots = (scope.code(), scope.name(), slot_of(from), slot_of(until));
            let sent = s.row(q!("reputation_sent"), slots, |r| r.get::<i64>(0))?;
            Ok(sent.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
        })
    }

    fn used_by(&self, scope: Scope, since: Wall) -> Boxed<'_, StoreResult<Used>> {
        self.look(move |s| reputation::used(s, &scope, since))
    }

    fn domains_aside(&self) -> Boxed<'_, StoreResult<Vec<String>>> {
        self.look(|s| s.rows(q!("domains_aside"), (), |r| r.get(0)))
    }

    fn bring_back(&self, domain: String, most: u32) -> Boxed<'_, StoreResult<u32>> {
        self.shared.write(Class::Bulk, move |t| aside::bring_back(t, &domain, most))
    }

    fn heard(&self, provider: String) -> Boxed<'_, StoreResult<Option<Heard>>> {
        self.look(move |s| {
            let read = |r: &Row<'_>| Ok((r.get::<Option<i64>>(0)?, r.get::<Option<i64>>(1)?));
            let (at, delivered) = s.row(q!("feedback_heard"), [provider], read)?.unwrap_or_default();
            Ok(at.map(|at| Heard { at: Wall(at), delivered_at: delivered.map(Wall) }))
        })
    }

    fn mark(&self, scope: Scope, expected: Option<Mark>, mark: Mark) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| reputation::mark(t, &scope, expected.as_ref(), &mark))
    }

    fn unmark(&self, scope: Scope, expected: Mark) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| reputation::unmark(t, &scope, &expected))
    }

    fn forgive(&self, scope: Scope, expected: Mark, mark: Mark, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| reputation::forgive(t, &scope, &expected, &mark, now))
    }

    fn first_results(&self) -> Boxed<'_, StoreResult<Vec<TopicFirst>>> {
        self.look(reputation::first_results)
    }

    fn judged(&self, topic: String, stop: Option<String>, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| reputation::judged(t, &topic, stop.as_deref(), now))
    }

    fn stopped_topics(&self) -> Boxed<'_, StoreResult<Vec<StoppedTopic>>> {
        self.look(|s| {
            s.rows(q!("reputation_topics_stopped"), (), |r| Ok(StoppedTopic { topic: r.get(0)?, why: r.get(1)?, at: Wall(r.get(2)?) }))
        })
    }

    fn alerts(&self) -> Boxed<'_, StoreResult<Vec<Alert>>> {
        self.look(|s| {
            let states = s.rows(q!("alert_list"), (), |r| r.get::<String>(0))?;
            let read = states.iter().filter_map(|state| parsed(state).transpose());
            let mut all = read.collect::<Result<Vec<Alert>, _>>()?;
            // However many were resolved since: one that holds is not left out for them.
            all.sort_by_key(|alert| !alert.is_active());
            all.truncate(LISTED);
            all.sort_by_key(|alert| Reverse(alert.raised_at));
            Ok(all)
        })
    }

    fn look(&self, found: Vec<Reading>, repeat: Duration, now: Wall) -> Boxed<'_, StoreResult<Option<Vec<Told>>>> {
        self.shared.write(Class::Admin, move |t| look(t, &found, repeat, now))
    }

    fn silence(&self, code: AlertCode, subject: Option<String>, silence: Option<Silence>, now: Wall) -> Boxed<'_, StoreResult<u64>> {
        self.shared.write(Class::Admin, move |t| self::silence(t, code, subject.as_deref(), silence.as_ref(), now))
    }
}

type Known = BTreeMap<(AlertCode, String), Alert>;

/// An alert; `None` for one of a code only a later version knows, which is left to it.
fn parsed(state: &str) -> Result<Option<Alert>, Error> {
    #[derive(Deserialize)]
    struct Coded {
        code: String,
    }
    match serde_json::from_str(state) {
        Ok(alert) => Ok(Some(alert)),
        Err(_) if serde_json::from_str::<Coded>(state).is_ok_and(|one| AlertCode::from_name(&one.code).is_none()) => Ok(None),
        Err(e) => Err(Error::damaged("alert", e)),
    }
}

fn all(turn: &Turn<'_>) -> Result<Known, Error> {
    let states = turn.rows_of(q!("alert_all"), (), |r| r.get::<String>(0))?;
    let alerts = states.iter().filter_map(|state| parsed(state).transpose());
    alerts.map(|alert| alert.map(|alert| ((alert.code, alert.subject.clone()), alert))).collect()
}

fn put(turn: &mut Turn<'_>, alert: &Alert) -> Result<(), Error> {
    let state = serde_json::to_string(alert).map_err(|e| Error::damaged("alert", e))?;
    turn.run(q!("alert_put"), (alert.code.as_str(), &alert.subject, &state, alert.raised_at.map(|at| at.0)))?;
    turn.rows += 1;
    Ok(())
}

/// Writes what endpoints are told.
fn outbox(turn: &mut Turn<'_>, tell: Tell, alert: &Alert, now: Wall) -> Result<(), Error> {
    let kind = if tell == Tell::Resolved { HookKind::AlertResolved } else { HookKind::AlertRaised };
    let data = json!({
        "code": alert.code.as_str(), "subject": alert.subject, "what": alert.what, "remedy": alert.remedy, "value": alert.value,
        "limit": alert.limit, "since": alert.raised_at.map(|at| at.to_string()), "reminder": tell == Tell::Reminded,
    });
    hooks::emit(turn, kind, &data.to_string(), now, None).map(drop)
}

/// One look at everything that is watched.
fn look(turn: &mut Turn<'_>, found: &[Reading], repeat: Duration, now: Wall) -> Result<Option<Vec<Told>>, Error> {
    if !turn.db.keeps_house(HOUSE)? {
        return Ok(None);
    }
    let mut known = all(turn)?;
    let of_all: BTreeMap<AlertCode, Silence> = known
        .values()
        .filter(|alert| alert.subject == ALL)
        .filter_map(|alert| alert.silence.clone().filter(|silence| now < silence.until).map(|silence| (alert.code, silence)))
        .collect();
    let mut told = Vec::new();
    let mut one = |turn: &mut Turn<'_>, before: Option<Alert>, reading: Option<&Reading>, key: (AlertCode, &str)| {
        let mut alert = before.clone().unwrap_or_else(|| Alert::new(key.0, key.1));
        // The longer one holds; its own may have passed.
        if let Some(silence) = of_all.get(&key.0).filter(|all| alert.silence.as_ref().is_none_or(|own| own.until < all.until)) {
            alert.silence = Some(silence.clone());
        }
        let tell = alert.look(reading, repeat, now);
        let old = alert.resolved_at.is_some_and(|at| now.since(at) >= KEPT);
        if alert.is_idle(now) || old {
            if before.is_some() {
                turn.run(q!("alert_delete"), (key.0.as_str(), key.1))?;
            }
        } else if before.as_ref() != Some(&alert) {
            put(turn, &alert)?;
        }
        if let Some(tell) = tell {
            outbox(turn, tell, &alert, now)?;
            told.push(Told { tell, alert });
        }
        Ok::<_, Error>(())
    };
    for reading in found {
        let before = known.remove(&(reading.code, reading.subject.clone()));
        one(turn, before, Some(reading), (reading.code, reading.subject.as_str()))?;
    }
    for ((code, subject), before) in known {
        if subject != ALL {
            one(turn, Some(before), None, (code, subject.as_str()))?;
        } else if !of_all.contains_key(&code) {
            turn.run(q!("alert_delete"), (code.as_str(), ALL))?;
        }
    }
    Ok(Some(told))
}

fn silence(turn: &mut Turn<'_>, code: AlertCode, subject: Option<&str>, silence: Option<&Silence>, now: Wall) -> Result<u64, Error> {
    let mut n = 0;
    let mut known = all(turn)?;
    let place = subject.unwrap_or(ALL);
    // One that is not known yet is silent from its first look on.
    known.entry((code, place.to_owned())).or_insert_with(|| Alert::new(code, place));
    for ((_, of), mut alert) in known.into_iter().filter(|((one, of), _)| *one == code && (subject.is_none() || of == place)) {
        n += u64::from(alert.is_active());
        alert.silence = silence.cloned();
        if alert.is_idle(now) {
            turn.run(q!("alert_delete"), (code.as_str(), &of))?;
        } else {
            put(turn, &alert)?;
        }
    }
    Ok(n)
}
