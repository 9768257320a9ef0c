//! Writing drafts and publishing them, one or many at once: all of it holds together, or nothing is changed.

use std::collections::BTreeSet;

use jebi_domain::{
    port::{
        store::StoreError,
        templates::{TemplateAct, TemplateChange, TemplateRecord},
    },
    refusal::{Fault, Refusal, RefusalKind},
    template_record::{Compiled, Source, check, check_name},
};

use super::{
    super::{Caller, trouble::refusal},
    Templates, compile,
    found::{Pool, gather, uncompiled},
    starters,
};

/// How often a change is tried again because others changed templates meanwhile.
const TRIES: usize = 8;
/// Most templates in one push.
pub const MAX_PUSHED: usize = 500;
/// Longest note of a version, in characters.
const MAX_NOTE: usize = 500;

/// What must be so for a template to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    #[default]
    None,
    /// There is none of this name yet.
    Absent,
    /// There is one.
    Present,
    /// It has not changed since it had this revision.
    Revision(i64),
}

/// A template to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    pub name: String,
    pub source: Source,
    pub active: bool,
    pub expected: Precondition,
    /// Field names of its faults begin with this.
    pub path: String,
}

/// Templates to be written together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushes {
    pub templates: Vec<Pushed>,
    /// Whether they are published too.
    pub publish: bool,
    /// What is said of the versions published.
    pub note: String,
    /// Only checks, and says what would change.
    pub dry_run: bool,
}

/// What became of a template, or would become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Created,
    Changed,
    Unchanged,
}

/// One template of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub kind: ChangeKind,
    /// The version that is published now; of a trial, the one that was before.
    pub version: Option<u32>,
    /// As it stands now; of a trial, as it stood.
    pub revision: i64,
    /// What its author may want to know.
    pub warnings: Vec<Fault>,
}

/// One template of a push while it is worked on.
struct Step {
    name: String,
    /// Field names of its faults begin with this.
    path: String,
    draft: Option<(Source, bool)>,
    publish: Option<Source>,
    before: Option<TemplateRecord>,
    kind: ChangeKind,
    compiled: Option<Compiled>,
    warnings: Vec<Fault>,
}

impl Templates {
    /// Writes drafts, and publishes them where that is asked for. Nothing is changed when anything is wrong with any of them, or with
    /// a published template that uses one of them.
    ///
    /// # Errors
    /// Every fault, with its place; a precondition that does not hold.
    pub async fn push(&self, caller: &Caller, pushes: Pushes) -> Result<Vec<Change>, Refusal> {
        let Pushes { templates, publish, note, dry_run } = pushes;
        check_form(&templates, &note)?;
        for _ in 0..TRIES {
            let revision = self.store.template_revision().await.map_err(refusal)?;
            let mut steps = Vec::with_capacity(templates.len());
            for pushed in &templates {
                steps.push(self.step(pushed, publish).await?);
            }
            if let Some(done) = self.carry_out(caller, steps, &note, dry_run, revision).await? {
                return Ok(done);
            }
        }
        Err(contended())
    }

    /// Publishes the draft as it stands.
    ///
    /// # Errors
    /// No such template; everything [`Templates::push`] may refuse.
    pub async fn publish(&self, caller: &Caller, name: &str, note: &str, expected: Precondition) -> Result<Change, Refusal> {
        check_note(note)?;
        for _ in 0..TRIES {
            let revision = self.store.template_revision().await.map_err(refusal)?;
            let record = self.record(name).await?;
            hold(expected, Some(&record), "")?;
            let source = record.draft.clone();
            if let Some(done) = self.publish_one(caller, record, source, note, revision).await? {
                return Ok(done);
            }
        }
        Err(contended())
    }

    /// Publishes an older version as a new one. The draft stays.
    ///
    /// # Errors
    /// No such template or version; everything [`Templates::push`] may refuse.
    pub async fn roll_back(&self, caller: &Caller, name: &str, to: u32, note: &str, expected: Precondition) -> Result<Change, Refusal> {
        check_note(note)?;
        for _ in 0..TRIES {
            let revision = self.store.template_revision().await.map_err(refusal)?;
            let record = self.record(name).await?;
            hold(expected, Some(&record), "")?;
            let source = self.version(name, to).await?.source;
            if let Some(done) = self.publish_one(caller, record, source, note, revision).await? {
                return Ok(done);
            }
        }
        Err(contended())
    }

    /// Deletes a template and all its versions. Mail that was accepted is sent as it was.
    ///
    /// # Errors
    /// No such template; published ones that use it.
    pub async fn delete(&self, caller: &Caller, name: &str, expected: Precondition) -> Result<(), Refusal> {
        for _ in 0..TRIES {
            let revision = self.store.template_revision().await.map_err(refusal)?;
            let record = self.record(name).await?;
            hold(expected, Some(&record), "")?;
            let mut pool = Pool::from([(name.to_owned(), starters::built_in(name))]);
            let users = self.users([name.to_owned()].into(), &mut pool).await?;
            let broken = compile::broken(users, pool).await?;
            if !broken.is_empty() {
                return Err(in_use(name, &broken));
            }
            let change = TemplateChange { name: name.to_owned(), act: TemplateAct::Delete };
            let now = self.clock.wall();
            if self.store.change_templates(vec![change], revision, caller.key, now).await.map_err(refusal)?.is_some() {
                return Ok(());
            }
        }
        Err(contended())
    }

    async fn publish_one(
        &self,
        caller: &Caller,
        record: TemplateRecord,
        source: Source,
        note: &str,
        revision: i64,
    ) -> Result<Option<Change>, Refusal> {
        let published = self.published_source(&record).await?;
        let publish = published.is_none_or(|published| !published.says_the_same(&source)).then_some(source);
        let kind = if publish.is_some() { ChangeKind::Changed } else { ChangeKind::Unchanged };
        let (name, path, warnings) = (record.name.clone(), String::new(), Vec::new());
        let step = Step { name, path, draft: None, publish, before: Some(record), kind, compiled: None, warnings };
        let done = self.carry_out(caller, vec![step], note, false, revision).await?;
        Ok(done.and_then(|mut done| done.pop()))
    }

    async fn step(&self, pushed: &Pushed, publish: bool) -> Result<Step, Refusal> {
        let Pushed { name, source, active, expected, path } = pushed;
        let before = self.store.template(name).await.map_err(refusal)?;
        hold(*expected, before.as_ref(), path)?;
        let is_new = before.as_ref().is_none_or(|record| !record.draft.says_the_same(source) || record.active != *active);
        let published = match &before {
            Some(record) if publish => self.published_source(record).await?,
            _ => None,
        };
        let publish = (publish && published.is_none_or(|published| !published.says_the_same(source))).then(|| source.clone());
        let kind = match &before {
            None => ChangeKind::Created,
            Some(_) if is_new || publish.is_some() => ChangeKind::Changed,
            Some(_) => ChangeKind::Unchanged,
        };
        let draft = is_new.then(|| (source.clone(), *active));
        Ok(Step { name: name.clone(), path: path.clone(), draft, publish, before, kind, compiled: None, warnings: Vec::new() })
    }

    async fn published_source(&self, record: &TemplateRecord) -> Result<Option<Source>, Refusal> {
        let Some(version) = record.published else { return Ok(None) };
        Ok(self.store.template_version(&record.name, version).await.map_err(refusal)?.map(|found| found.source))
    }

    /// Checks all and writes it. `None` when others changed templates since `revision`.
    async fn carry_out(
        &self,
        caller: &Caller,
        mut steps: Vec<Step>,
        note: &str,
        dry_run: bool,
        revision: i64,
    ) -> Result<Option<Vec<Change>>, Refusal> {
        self.check_all(&mut steps).await?;
        let changes: Vec<TemplateChange> = steps.iter_mut().flat_map(|step| acts(step, note)).collect();
        if dry_run || changes.is_empty() {
            return Ok(Some(steps.into_iter().map(|step| told(step, None)).collect()));
        }
        let names: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
        let now = self.clock.wall();
        let Some(after) = self.store.change_templates(changes, revision, caller.key, now).await.map_err(refusal)? else {
            return Ok(None);
        };
        let after = |name: &str| names.iter().zip(&after).find(|(of, _)| *of == name).and_then(|(_, record)| record.clone());
        Ok(Some(
            steps
                .into_iter()
                .map(|step| {
                    let after = after(&step.name);
                    told(step, after)
                })
                .collect(),
        ))
    }

    /// Compiles what is to be published, against the parts as they will be; and what uses it.
    async fn check_all(&self, steps: &mut [Step]) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        for step in &*steps {
            let sources = [step.draft.as_ref().map(|(source, _)| source), step.publish.as_ref()];
            let mut found: Vec<Fault> = sources.into_iter().flatten().next().map(check).unwrap_or_default();
            found.iter_mut().for_each(|fault| fault.field.insert_str(0, &step.path));
            faults.extend(found);
        }
        if !faults.is_empty() {
            return Err(Refusal { kind: RefusalKind::Invalid, faults });
        }
        let mut pool = Pool::new();
        for step in &*steps {
            let Some(source) = &step.publish else { continue };
            pool.insert(step.name.clone(), Some(uncompiled(source.clone())));
        }
        if pool.is_empty() {
            return Ok(());
        }
        let own: BTreeSet<String> = pool.keys().cloned().collect();
        gather(&*self.store, own.clone(), &mut pool).await?;
        let users = self.users(own, &mut pool).await?;
        let paths = steps.iter().filter(|step| step.publish.is_some()).map(|step| (step.name.clone(), step.path.clone())).collect();
        let made = compile::all(paths, users, pool).await?;
        for (name, compiled, warnings) in made {
            if let Some(step) = steps.iter_mut().find(|step| step.name == name) {
                (step.compiled, step.warnings) = (Some(compiled), warnings);
            }
        }
        Ok(())
    }

    /// Every published template that uses one of these, through others too, and is none of them. They are in the pool then.
    async fn users(&self, parts: BTreeSet<String>, pool: &mut Pool) -> Result<BTreeSet<String>, Refusal> {
        let (mut users, mut next): (BTreeSet<String>, Vec<String>) = (BTreeSet::new(), parts.iter().cloned().collect());
        while let Some(part) = next.pop() {
            let mut found = self.store.template_users(&part).await.map_err(refusal)?;
            found.extend(starters::users_of(&part));
            for user in found {
                if !parts.contains(&user) && users.insert(user.clone()) {
                    next.push(user);
                }
            }
        }
        gather(&*self.store, users.clone(), pool).await?;
        Ok(users)
    }

    pub(super) async fn record(&self, name: &str) -> Result<TemplateRecord, Refusal> {
        self.store.template(name).await.map_err(refusal)?.ok_or_else(|| {
            if starters::built_in(name).is_none() {
                return Refusal::missing("template");
            }
            let fault = format!("{name:?} is built in and cannot be changed");
            Refusal::new(RefusalKind::Conflict, Fault::new("", "template_built_in", fault, "write one of your own under its name first"))
        })
    }
}

/// What is wrong with a push before anything is looked up.
fn check_form(templates: &[Pushed], note: &str) -> Result<(), Refusal> {
    check_note(note)?;
    if templates.is_empty() || templates.len() > MAX_PUSHED {
        let fault = format!("a push has 1 to {MAX_PUSHED} templates");
        return Err(Refusal::invalid(Fault::new("templates", "invalid_push", fault, "push them in several parts, those others use first")));
    }
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for one in templates {
        let field = format!("{}name", one.path);
        faults.extend(check_name(&field, &one.name).err());
        if !seen.insert(&one.name) {
            faults.push(Fault::new(field, "invalid_push", format!("the template {:?} is given twice", one.name), "give it once"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
}

fn check_note(note: &str) -> Result<(), Refusal> {
    if note.chars().count() <= MAX_NOTE && !note.chars().any(char::is_control) {
        return Ok(());
    }
    let fault = format!("the note is longer than {MAX_NOTE} characters or holds control characters");
    Err(Refusal::invalid(Fault::new("note", "invalid_note", fault, "write a short plain note, or leave it out")))
}

/// Whether a precondition holds.
fn hold(expected: Precondition, record: Option<&TemplateRecord>, path: &str) -> Result<(), Refusal> {
    let holds = match expected {
        Precondition::None => true,
        Precondition::Absent => record.is_none(),
        Precondition::Present => record.is_some(),
        Precondition::Revision(revision) => record.is_some_and(|record| record.revision == revision),
    };
    if holds {
        return Ok(());
    }
    let field = if path.is_empty() { "If-Match".to_owned() } else { format!("{path}if_revision") };
    let remedy = "get it anew, bring your change into it, and write it with the ETag you got";
    let fault = "the template has changed since it was read";
    Err(Refusal::new(RefusalKind::Stale, Fault::new(field, "template_changed", fault, remedy)))
}

/// What the store is to do for a step.
fn acts(step: &mut Step, note: &str) -> Vec<TemplateChange> {
    let put = step.draft.take().map(|(draft, active)| TemplateAct::Put { draft, active });
    let publish = step.publish.take().zip(step.compiled.take());
    let publish = publish.map(|(source, compiled)| TemplateAct::Publish { source, compiled, note: note.to_owned() });
    [put, publish].into_iter().flatten().map(|act| TemplateChange { name: step.name.clone(), act }).collect()
}

fn told(step: Step, after: Option<TemplateRecord>) -> Change {
    let stands = after.or(step.before);
    let (version, revision) = stands.map_or((None, 0), |record| (record.published, record.revision));
    Change { name: step.name, kind: step.kind, version, revision, warnings: step.warnings }
}

fn in_use(name: &str, broken: &[(String, String)]) -> Refusal {
    let faults = broken.iter().map(|(user, why)| {
        let fault = format!("the published template {user:?} uses {name:?} and would break: {why}");
        Fault::new("", "template_in_use", fault, "publish that template without it first, or delete it first")
    });
    Refusal { kind: RefusalKind::Conflict, faults: faults.collect() }
}

fn contended() -> Refusal {
    refusal(StoreError::Busy { retry_after_s: 1, why: "others are changing templates at the same time" })
}
