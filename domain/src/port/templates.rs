//! Stored templates.
//!
//! Every change raises one number, the revision, which is the installation's: a template has the one of its last change. A change is
//! made only where the revision is still the one its checks were made at, so that what was checked against other templates holds
//! when it is written, whichever node writes.

use super::{Boxed, store::StoreResult};
use crate::{
    id::KeyNo,
    template_record::{Compiled, Source},
    time::Wall,
};

/// A template as it stands: its draft, and which version is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRecord {
    pub name: String,
    /// The installation's at its last change.
    pub revision: i64,
    /// Whether mail may be sent by it.
    pub active: bool,
    pub draft: Source,
    /// The version mail is made of; `None` before the first.
    pub published: Option<u32>,
    pub created_at: Wall,
    pub updated_at: Wall,
    pub updated_by: KeyNo,
}

/// A version that was published. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateVersion {
    pub name: String,
    /// From 1. A template deleted and made anew goes on counting.
    pub version: u32,
    pub source: Source,
    pub compiled: Compiled,
    /// What its author said of it.
    pub note: String,
    pub created_at: Wall,
    pub created_by: KeyNo,
}

/// What is to be done with one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateChange {
    pub name: String,
    pub act: TemplateAct,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateAct {
    /// Makes it, or replaces its draft.
    Put { draft: Source, active: bool },
    /// Adds a version, which mail is made of from now on.
    Publish { source: Source, compiled: Compiled, note: String },
    /// Removes the draft and all versions.
    Delete,
}

/// A page of templates, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplatePage {
    pub templates: Vec<TemplateRecord>,
    /// Pass as `after` for the next page; `None` at the end.
    pub next: Option<String>,
}

/// A page of versions, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionPage {
    pub versions: Vec<TemplateVersion>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<u32>,
}

/// What mail is made of, all of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedTemplates {
    pub revision: i64,
    /// Those of the names asked for that were published, and whether mail may be sent by them.
    pub templates: Vec<(TemplateVersion, bool)>,
}

/// Keeps templates.
pub trait TemplateStore: Send + Sync {
    /// The revision; 0 while there never was a template.
    fn template_revision(&self) -> Boxed<'_, StoreResult<i64>>;
    fn template(&self, name: &str) -> Boxed<'_, StoreResult<Option<TemplateRecord>>>;
    /// By name (in order of code points), after the given one.
    fn templates(&self, after: Option<String>, limit: u32) -> Boxed<'_, StoreResult<TemplatePage>>;
    fn template_version(&self, name: &str, version: u32) -> Boxed<'_, StoreResult<Option<TemplateVersion>>>;
    /// The latest first, below `before`.
    fn template_versions(&self, name: &str, before: Option<u32>, limit: u32) -> Boxed<'_, StoreResult<VersionPage>>;
    /// The published versions of these templates.
    fn published_templates(&self, names: Vec<String>) -> Boxed<'_, StoreResult<PublishedTemplates>>;
    /// Names of templates whose published version extends or includes this one itself.
    fn template_users(&self, part: &str) -> Boxed<'_, StoreResult<Vec<String>>>;
    /// Makes all changes in one commit, in this order, where the revision is still `revision`; the templates as they stand then,
    /// `None` for a deleted one. `None` for the whole when others came between: nothing was changed.
    fn change_templates(
        &self,
        changes: Vec<TemplateChange>,
        revision: i64,
        by: KeyNo,
        now: Wall,
    ) -> Boxed<'_, StoreResult<Option<Vec<Option<TemplateRecord>>>>>;
}
