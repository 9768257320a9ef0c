//! What a message is made of. Kept in memory as long as no template has changed, which a look at one number tells: so each node sees
//! what any node publishes with the next request.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use jebi_domain::{
    content::Fill,
    refusal::{Fault, Refusal},
    template::TemplateFault,
    template_record::Variable,
};
use sha2::{Digest, Sha256};

use super::{
    super::trouble::refusal,
    Templates, compile,
    finish::{Needs, finish},
    found::{Form, Found, Pool, assemble, gather},
};

/// Templates kept in memory; when there are more, all are forgotten.
const KEPT: usize = 1_000;

/// A template with everything it needs: put its parts into a message's content, and nothing that is published later changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// 0 for one that is built in.
    pub version: u32,
    /// Languages, parts and defaults; names the template and its version.
    pub fill: Fill,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    /// As the author describes them.
    pub variables: Vec<Variable>,
    /// What each language prints, the template's own first; a fault where a part has come to break it.
    pub needs: Result<Vec<Needs>, TemplateFault>,
}

/// Those that were asked for.
#[derive(Default)]
pub(super) struct Cache(HashMap<Key, Kept>);

/// A template's name, and the version that was asked for.
type Key = (String, Option<u32>);

struct Kept {
    /// Of all templates together, when it was looked at last.
    revision: i64,
    /// Tells what it was made of.
    mark: Option<[u8; 32]>,
    made: Arc<Resolved>,
}

impl Templates {
    /// What mail by this template is made of: the published version, or the one asked for. Its parts are the published ones.
    ///
    /// # Errors
    /// Invalid, with `template` as the field: there is no such template or version, it was not published, it is not active, or it is a part.
    pub async fn resolve(&self, name: &str, version: Option<u32>) -> Result<Arc<Resolved>, Refusal> {
        let revision = self.store.template_revision().await.map_err(refusal)?;
        let key = (name.to_owned(), version);
        if let Some(known) = self.known(revision, &key) {
            return Ok(known);
        }
        let mut pool = Pool::new();
        // What is read here may be newer than the number above, never older: then the next request reads it again.
        gather(&*self.store, [name.to_owned()], &mut pool).await?;
        let found = match version {
            None => self.published(name, &pool).await?,
            Some(version) => self.at_version(name, version, &mut pool).await?,
        };
        if !found.active {
            let fault = format!("the template {name:?} is not active");
            return Err(refused("template_inactive", fault, "activate it (PUT /v1/templates/{name}), or use another"));
        }
        if found.is_part() {
            let fault = format!("{name:?} is a part of templates, not a mail");
            return Err(refused("template_is_part", fault, "send by a template that uses it"));
        }
        let whole = assemble(name, &found, &pool, Form::Compiled);
        let mark = mark(&whole);
        // Another template has changed, and this one has not: what was made of it is right.
        let made = match self.same(&key, mark) {
            Some(made) => made,
            None => compile::aside(move || Ok(Arc::new(finish(whole).0))).await?,
        };
        self.keep(key, Kept { revision, mark, made: Arc::clone(&made) });
        Ok(made)
    }

    async fn published(&self, name: &str, pool: &Pool) -> Result<Found, Refusal> {
        if let Some(found) = pool.get(name).cloned().flatten() {
            return Ok(found);
        }
        match self.store.template(name).await.map_err(refusal)? {
            Some(_) => {
                let fault = format!("the template {name:?} is a draft: it was never published");
                Err(refused("template_not_published", fault, "publish it (POST /v1/templates/{name}/publish)"))
            }
            None => Err(unknown(name)),
        }
    }

    async fn at_version(&self, name: &str, version: u32, pool: &mut Pool) -> Result<Found, Refusal> {
        let current = pool.get(name).cloned().flatten();
        if let Some(current) = current.filter(|found| found.version == version) {
            return Ok(current);
        }
        let Some(found) = self.store.template_version(name, version).await.map_err(refusal)? else {
            let fault = format!("the template {name:?} has no version {version}");
            return Err(refused("unknown_template", fault, "GET /v1/templates/{name}/versions lists them"));
        };
        let active = self.store.template(name).await.map_err(refusal)?.is_some_and(|record| record.active);
        let found = Found::of(found, active);
        gather(&*self.store, found.compiled.parts.clone(), pool).await?;
        Ok(found)
    }

    fn known(&self, revision: i64, key: &Key) -> Option<Arc<Resolved>> {
        let Cache(known) = &*self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|kept| kept.revision == revision).map(|kept| Arc::clone(&kept.made))
    }

    fn same(&self, key: &Key, mark: Option<[u8; 32]>) -> Option<Arc<Resolved>> {
        let Cache(known) = &*self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|kept| mark.is_some() && kept.mark == mark).map(|kept| Arc::clone(&kept.made))
    }

    fn keep(&self, key: Key, kept: Kept) {
        let Cache(known) = &mut *self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&key) {
            known.clear();
        }
        if known.get(&key).is_none_or(|known| known.revision <= kept.revision) {
            known.insert(key, kept);
        }
    }
}

/// The hash of all that goes into a template's mail.
fn mark(whole: &Resolved) -> Option<[u8; 32]> {
    let Resolved { fill, subject, text, html, variables, .. } = whole;
    let bytes = serde_json::to_vec(&(fill, subject, text, html, variables)).ok()?;
    Some(Sha256::digest(bytes).into())
}

fn refused(code: &'static str, fault: String, remedy: &str) -> Refusal {
    Refusal::invalid(Fault::new("template", code, fault, remedy))
}

fn unknown(name: &str) -> Refusal {
    refused("unknown_template", format!("there is no template {name:?}"), "GET /v1/templates lists them")
}
