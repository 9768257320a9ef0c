//! Looking at templates: lists, versions, and what differs between two of them.

use std::{collections::BTreeSet, time::Duration};

use jebi_domain::{
    port::templates::{TemplateRecord, TemplateVersion, VersionPage},
    refusal::{Fault, Refusal},
    template_record::Source,
};
use similar::{Algorithm, TextDiff};

use super::{super::trouble::refusal, Templates, compile, layout, starters};

/// Lines that did not change, shown around those that did.
const CONTEXT: usize = 3;
/// Longest a comparison may take; after that it is told less finely.
const DIFF_TIME: Duration = Duration::from_millis(300);

/// A template in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    Stored(Box<TemplateRecord>),
    BuiltIn { name: &'static str, source: &'static Source },
}

impl Listed {
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stored(record) => &record.name,
            Self::BuiltIn { name, .. } => name,
        }
    }
}

/// A page of templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub templates: Vec<Listed>,
    /// Pass as `after` for the next page; `None` at the end.
    pub next: Option<String>,
}

impl Templates {
    /// Templates by name, stored and built-in ones. A stored one stands for the built-in one of its name.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, after: Option<String>, limit: u32) -> Result<Page, Refusal> {
        let stored = self.store.templates(after.clone(), limit).await.map_err(refusal)?;
        let after = after.unwrap_or_default();
        let own: BTreeSet<&str> = stored.templates.iter().map(|record| record.name.as_str()).collect();
        // Behind the last stored one of a page that has a next there may be more of both.
        let in_range = |name: &str| name > after.as_str() && stored.next.as_deref().is_none_or(|last| name <= last);
        let built_in = starters::all().filter(|(name, _)| in_range(name) && !own.contains(name));
        let mut all: Vec<Listed> = built_in.map(|(name, source)| Listed::BuiltIn { name, source }).collect();
        all.extend(stored.templates.iter().cloned().map(|record| Listed::Stored(Box::new(record))));
        all.sort_by(|a, b| a.name().cmp(b.name()));
        let more = stored.next.is_some() || all.len() > limit as usize;
        all.truncate(limit as usize);
        let next = all.last().filter(|_| more).map(|last| last.name().to_owned());
        Ok(Page { templates: all, next })
    }

    /// One template.
    ///
    /// # Errors
    /// No such template.
    pub async fn get(&self, name: &str) -> Result<Listed, Refusal> {
        if let Some(record) = self.store.template(name).await.map_err(refusal)? {
            return Ok(Listed::Stored(Box::new(record)));
        }
        let found = starters::all().find(|(known, _)| *known == name);
        found.map(|(name, source)| Listed::BuiltIn { name, source }).ok_or_else(|| Refusal::missing("template"))
    }

    /// A version that was published.
    ///
    /// # Errors
    /// No such template or version.
    pub async fn version(&self, name: &str, version: u32) -> Result<TemplateVersion, Refusal> {
        let found = self.store.template_version(name, version).await.map_err(refusal)?;
        found.ok_or_else(|| Refusal::missing("template version"))
    }

    /// Versions, the latest first.
    ///
    /// # Errors
    /// No such template; one that is built in has no versions.
    pub async fn versions(&self, name: &str, before: Option<u32>, limit: u32) -> Result<VersionPage, Refusal> {
        let page = self.store.template_versions(name, before, limit).await.map_err(refusal)?;
        if page.versions.is_empty() {
            self.get(name).await?;
        }
        Ok(page)
    }

    /// What differs between two versions, `None` for the draft: as `diff -u` writes it, over the files of `layout`. Empty where nothing
    /// does.
    ///
    /// # Errors
    /// No such template or version.
    pub async fn diff(&self, name: &str, from: Option<u32>, to: Option<u32>) -> Result<String, Refusal> {
        let (old, new) = (self.at(name, from).await?, self.at(name, to).await?);
        compile::aside(move || differences("", &old, &new)).await
    }

    async fn at(&self, name: &str, version: Option<u32>) -> Result<(Source, bool), Refusal> {
        match version {
            // Whether it is active belongs to no version: what differs is the text.
            Some(version) => Ok((self.version(name, version).await?.source, true)),
            None => match self.get(name).await? {
                Listed::Stored(record) => Ok((record.draft, true)),
                Listed::BuiltIn { source, .. } => Ok((source.clone(), true)),
            },
        }
    }
}

/// What differs between two templates (text, and whether it is active), file by file; `folder` goes before the files' names.
///
/// # Errors
/// A template that cannot be written as files.
pub fn differences(folder: &str, old: &(Source, bool), new: &(Source, bool)) -> Result<String, Refusal> {
    let unwritable = |why: String| Refusal::invalid(Fault::new("", "invalid_variable", why, "correct the defaults of its variables"));
    let old = layout::files(None, &old.0, old.1).map_err(unwritable)?;
    let new = layout::files(None, &new.0, new.1).map_err(unwritable)?;
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut all = String::new();
    for name in names {
        let text = |files: &std::collections::BTreeMap<String, String>| files.get(name).cloned().unwrap_or_default();
        let side = |files: &std::collections::BTreeMap<String, String>, mark: &str| {
            if files.contains_key(name) { format!("{mark}/{folder}{name}") } else { "/dev/null".to_owned() }
        };
        let (a, b) = (text(&old), text(&new));
        if a == b && old.contains_key(name) == new.contains_key(name) {
            continue;
        }
        let diff = TextDiff::configure().algorithm(Algorithm::Myers).timeout(DIFF_TIME).diff_lines(&a, &b);
        all.push_str(&diff.unified_diff().context_radius(CONTEXT).header(&side(&old, "a"), &side(&new, "b")).to_string());
    }
    Ok(all)
}
