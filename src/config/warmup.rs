//! `[warmup]`: how much bulk mail a new account or domain may send each day at first.

use jebi_domain::{
    reputation::Scope,
    warmup::{Plan, USUAL},
};
use jiff::civil::Date;

use super::{
    ProviderConfig,
    key::Key,
    parse::shown,
    reader::{Bad, Reader},
};

const PLANS: Key = Key::new("warmup.plans", &["JEBI_WARMUP"]);
const DAYS: Key = Key::new("warmup.days", &["JEBI_WARMUP_DAYS"]);

pub(super) const KEYS: &[&Key] = &[&PLANS, &DAYS];

/// Longest plan, in days.
const LONGEST: usize = 366;

pub(super) fn read(r: &mut Reader) -> Option<Vec<Plan>> {
    let usual = r.may(&DAYS, days);
    let plans = r.may(&PLANS, plans);
    let usual = usual?.unwrap_or_else(|| USUAL.to_vec());
    let all = plans?.unwrap_or_default();
    Some(all.into_iter().map(|(scope, start, days)| Plan { scope, start, days: days.unwrap_or_else(|| usual.clone()) }).collect())
}

/// A plan as it is written: whose, from when on, and its days where it has own ones.
type Written = (Scope, Date, Option<Vec<u64>>);

/// `ses from 2026-12-01; @news.example.kr from 2026-12-05: 50, 100, 200`.
fn plans(text: &str) -> Result<Vec<Written>, Bad> {
    let mut all: Vec<Written> = Vec::new();
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let one = plan(part.trim())?;
        if all.iter().any(|(scope, ..)| *scope == one.0) {
            return Err(Bad::new(format!("{} has two plans", one.0), "keep one of them"));
        }
        all.push(one);
    }
    Ok(all)
}

fn plan(text: &str) -> Result<Written, Bad> {
    let remedy = "write a provider or an @domain, from, and a day: @news.example.kr from 2026-12-01";
    let (head, ramp) = text.split_once(':').map_or((text, None), |(head, ramp)| (head, Some(ramp)));
    let bad = || Bad::new(format!("{} is not a plan", shown(text)), remedy);
    let (scope, start) = head.split_once(" from ").ok_or_else(bad)?;
    let (scope, start) = (scope.trim(), start.trim().parse::<Date>().map_err(|_| bad())?);
    let scope = scope.parse().map_err(|()| match scope.strip_prefix('@') {
        Some(domain) => Bad::new(format!("{} is not a domain name", shown(domain)), "write it as it stands in the senders' addresses"),
        None => bad(),
    })?;
    Ok((scope, start, ramp.map(days).transpose()?))
}

/// Recipients of each day.
fn days(text: &str) -> Result<Vec<u64>, Bad> {
    let remedy = "write the recipients of each day, from 1 on and rising, with commas between: 50, 100, 200";
    let bad = || Bad::new(format!("{} is not a ramp", shown(text)), remedy);
    let all: Vec<u64> = text.split(',').map(|n| n.trim().parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
    let rises = all.windows(2).all(|pair| pair[0] <= pair[1]);
    if all.len() > LONGEST || all.first().is_none_or(|first| *first == 0) || !rises { Err(bad()) } else { Ok(all) }
}

/// Plans are for what is there: one for a provider that is not would hold nothing back.
pub(super) fn check(r: &mut Reader, plans: &[Plan], providers: &[ProviderConfig]) {
    for plan in plans {
        let Scope::Provider(name) = &plan.scope else { continue };
        if !providers.iter().any(|provider| provider.name == *name) {
            let names: Vec<&str> = providers.iter().map(|provider| provider.name.as_str()).collect();
            let remedy = format!("name one of {}, or a domain as @news.example.kr", names.join(", "));
            r.refuse(r.written(&PLANS), Bad::new(format!("{name} is not a provider"), remedy));
        }
    }
}
