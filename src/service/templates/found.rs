//! Templates as they are used, and the parts they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jebi_domain::{
    content::{Fill, Variant},
    port::{Store, templates::TemplateVersion},
    refusal::Refusal,
    template_record::{Compiled, CompiledVariant, Source, SourceVariant, TemplateKind, references},
};

use super::{super::trouble::refusal, resolve::Resolved, starters};

/// A template in a state mail could be made of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// 0 for one that is built in, and for one that is not published yet.
    pub version: u32,
    pub active: bool,
    pub source: Arc<Source>,
    pub compiled: Arc<Compiled>,
}

impl Found {
    pub fn of(version: TemplateVersion, active: bool) -> Self {
        Self { version: version.version, active, source: Arc::new(version.source), compiled: Arc::new(version.compiled) }
    }
    pub fn is_compiled(&self) -> bool {
        !self.compiled.variants.is_empty()
    }
    /// Whether it extends or includes others.
    pub fn has_parts(&self) -> bool {
        !self.compiled.parts.is_empty()
    }
    pub fn is_part(&self) -> bool {
        self.source.kind == TemplateKind::Part
    }
}

/// A source nothing was made of yet.
pub(super) fn uncompiled(source: Source) -> Found {
    let compiled = Compiled { parts: named_parts(&source), variants: Vec::new() };
    Found { version: 0, active: true, source: Arc::new(source), compiled: Arc::new(compiled) }
}

/// Templates by name; `None` for a name that nothing has.
pub(super) type Pool = BTreeMap<String, Option<Found>>;

/// Which form of the sources is put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As their authors wrote them: places in them are the authors' places.
    Written,
    /// As mail is made of them.
    Compiled,
}

/// Adds what these names stand for, and the parts those need, to a pool that may know some already. All are of the returned revision.
///
/// # Errors
/// A store that does not answer.
pub(super) async fn gather(store: &dyn Store, names: impl IntoIterator<Item = String>, pool: &mut Pool) -> Result<i64, Refusal> {
    let names: BTreeSet<String> = names.into_iter().collect();
    loop {
        let mut attempt = pool.clone();
        let (mut revision, mut missing) = (None, wanted(&names, &attempt));
        let mut steady = true;
        while !missing.is_empty() {
            let read = store.published_templates(missing.iter().cloned().collect()).await.map_err(refusal)?;
            steady &= revision.is_none_or(|known| known == read.revision);
            revision = Some(read.revision);
            let mut read: BTreeMap<_, _> = read.templates.into_iter().map(|(v, active)| (v.name.clone(), Found::of(v, active))).collect();
            for name in missing {
                let found = read.remove(&name).or_else(|| starters::built_in(&name));
                attempt.insert(name, found);
            }
            missing = wanted(&names, &attempt);
        }
        if steady {
            *pool = attempt;
            return match revision {
                Some(revision) => Ok(revision),
                None => store.template_revision().await.map_err(refusal),
            };
        }
    }
}

/// What has to be looked up yet: the names themselves, and every part of what was found.
fn wanted(names: &BTreeSet<String>, pool: &Pool) -> BTreeSet<String> {
    let parts = pool.values().flatten().flat_map(|found| &found.compiled.parts);
    names.iter().chain(parts).filter(|name| !pool.contains_key(*name)).cloned().collect()
}

/// The names of the parts a template needs, through others too. What nothing has is left out.
pub(super) fn closure(compiled: &Compiled, pool: &Pool) -> BTreeSet<String> {
    let (mut all, mut next) = (BTreeSet::new(), compiled.parts.clone());
    while let Some(name) = next.pop() {
        if let Some(Some(found)) = pool.get(&name)
            && all.insert(name)
        {
            next.extend(found.compiled.parts.iter().cloned());
        }
    }
    all
}

/// The body of a part.
fn body(found: &Found, form: Form) -> Option<&str> {
    match form {
        Form::Written => found.source.variants.first().and_then(written),
        Form::Compiled => found.compiled.variants.first().and_then(|one| one.html.as_deref().or(one.text.as_deref())),
    }
}

fn written(one: &SourceVariant) -> Option<&str> {
    one.html.as_deref().or(one.mjml.as_deref()).or(one.text.as_deref())
}

/// Puts a template and its parts together: nothing else is needed to fill it in.
pub(super) fn assemble(name: &str, found: &Found, pool: &Pool, form: Form) -> Resolved {
    let source = &found.source;
    let of = |variant: &SourceVariant| CompiledVariant {
        language: variant.language.clone(),
        subject: variant.subject.clone().unwrap_or_default(),
        html: variant.html.clone().or_else(|| variant.mjml.clone()),
        text: variant.text.clone(),
    };
    let mut variants = match form {
        Form::Written => source.variants.iter().map(of).collect(),
        Form::Compiled => found.compiled.variants.clone(),
    };
    let main = variants.iter().position(|one| one.language == source.language).unwrap_or(0);
    let main = if variants.is_empty() { CompiledVariant::default() } else { variants.remove(main) };
    let others = variants.into_iter().map(|one| Variant { language: one.language, subject: one.subject, text: one.text, html: one.html });
    let parts = closure(&found.compiled, pool);
    let parts = parts.into_iter().filter_map(|part| {
        let text = body(pool.get(&part)?.as_ref()?, form)?.to_owned();
        Some((part, text))
    });
    let defaults = source.variables.iter().filter_map(|variable| Some((variable.name.clone(), variable.default.clone()?)));
    let fill = Fill {
        syntax: source.syntax,
        language: source.language.clone(),
        variants: others.collect(),
        parts: parts.collect(),
        defaults: defaults.collect(),
        template: Some((name.to_owned(), found.version)),
        ..Fill::default()
    };
    Resolved {
        version: found.version,
        fill,
        subject: main.subject,
        text: main.text,
        html: main.html,
        variables: source.variables.clone(),
        needs: Ok(Vec::new()),
    }
}

/// The templates a source extends or includes itself, sorted.
fn named_parts(source: &Source) -> Vec<String> {
    let texts = |one: &SourceVariant| [&one.subject, &one.html, &one.mjml, &one.text].map(|text| text.as_deref().map(references));
    let all: BTreeSet<String> = source.variants.iter().flat_map(texts).flatten().flatten().collect();
    all.into_iter().collect()
}
