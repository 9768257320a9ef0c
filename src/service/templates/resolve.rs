//! What a message is made of. Kept in memory as long as no template has changed, which a look at one number tells: so each node sees
//! what any node publishes with the next request.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use jebi_domain::{
    content::Fill,
    refusal::{Fault, Refusal},
    template_record::Variable,
};

use super::{
    super::trouble::refusal,
    Templates,
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
}

/// Those resolved at a revision.
#[derive(Default)]
pub(super) struct Cache {
    revision: i64,
    known: HashMap<(String, Option<u32>), Arc<Resolved>>,
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
        let resolved = Arc::new(assemble(name, &found, &pool, Form::Compiled));
        self.keep(revision, key, &resolved);
        Ok(resolved)
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

    fn known(&self, revision: i64, key: &(String, Option<u32>)) -> Option<Arc<Resolved>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.known.get(key).filter(|_| cache.revision == revision).cloned()
    }

    fn keep(&self, revision: i64, key: (String, Option<u32>), resolved: &Arc<Resolved>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.revision > revision {
            return;
        }
        if cache.revision < revision || cache.known.len() >= KEPT {
            cache.known.clear();
            cache.revision = revision;
        }
        cache.known.insert(key, Arc::clone(resolved));
    }
}

fn refused(code: &'static str, fault: String, remedy: &str) -> Refusal {
    Refusal::invalid(Fault::new("template", code, fault, remedy))
}

fn unknown(name: &str) -> Refusal {
    refused("unknown_template", format!("there is no template {name:?}"), "GET /v1/templates lists them")
}
