//! Stored templates, as the port has them. All changes go one after the other, whichever node makes them: each raises the revision.

use jebi_domain::{
    id::KeyNo,
    port::{
        Boxed, TemplateStore,
        store::{StoreError, StoreResult},
        templates::{PublishedTemplates, TemplateAct, TemplateChange, TemplatePage, TemplateRecord, TemplateVersion, VersionPage},
    },
    template_record::{Compiled, Source},
    time::Wall,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Engine, Error, Row, Snapshot, SqlStore, group::Class, params, q, turn::Turn};

/// The marker that holds the revision.
const REVISION: &str = "templates";

impl<E: Engine> TemplateStore for SqlStore<E> {
    fn template_revision(&self) -> Boxed<'_, StoreResult<i64>> {
        self.look(revision)
    }

    fn template(&self, name: &str) -> Boxed<'_, StoreResult<Option<TemplateRecord>>> {
        let name = name.to_owned();
        self.look(move |s| s.row(q!("template_get"), [name], |r| Ok(record(r)))?.transpose())
    }

    fn templates(&self, after: Option<String>, limit: u32) -> Boxed<'_, StoreResult<TemplatePage>> {
        self.look(move |s| {
            // No name is empty. One more than asked for tells whether there are more.
            let after = after.unwrap_or_default();
            let found = s.rows(q!("template_list"), (after, limit.saturating_add(1)), |r| Ok(record(r)))?;
            let mut templates = found.into_iter().collect::<Result<Vec<_>, _>>()?;
            let more = templates.len() > limit as usize;
            templates.truncate(limit as usize);
            let next = templates.last().filter(|_| more).map(|last| last.name.clone());
            Ok(TemplatePage { templates, next })
        })
    }

    fn template_version(&self, name: &str, version: u32) -> Boxed<'_, StoreResult<Option<TemplateVersion>>> {
        let name = name.to_owned();
        self.look(move |s| s.row(q!("template_version_get"), (name, version), |r| Ok(self::version(r)))?.transpose())
    }

    fn template_versions(&self, name: &str, before: Option<u32>, limit: u32) -> Boxed<'_, StoreResult<VersionPage>> {
        let name = name.to_owned();
        self.look(move |s| {
            let before = before.map_or(i64::MAX, i64::from);
            let found = s.rows(q!("template_version_list"), (name, before, limit.saturating_add(1)), |r| Ok(version(r)))?;
            let mut versions = found.into_iter().collect::<Result<Vec<_>, _>>()?;
            let more = versions.len() > limit as usize;
            versions.truncate(limit as usize);
            let next = versions.last().filter(|_| more).map(|last| last.version);
            Ok(VersionPage { versions, next })
        })
    }

    fn published_templates(&self, names: Vec<String>) -> Boxed<'_, StoreResult<PublishedTemplates>> {
        self.look(move |s| {
            let mut templates = Vec::with_capacity(names.len());
            for name in &names {
                let found = s.row(q!("template_published"), [name], |r| Ok((version(r), r.get(7)?)))?;
                if let Some((found, active)) = found {
                    templates.push((found?, active));
                }
            }
            Ok(PublishedTemplates { revision: revision(s)?, templates })
        })
    }

    fn template_users(&self, part: &str) -> Boxed<'_, StoreResult<Vec<String>>> {
        let part = part.to_owned();
        self.look(move |s| s.rows(q!("template_part_users"), [part], |r| r.get(0)))
    }

    fn change_templates(
        &self,
        changes: Vec<TemplateChange>,
        revision: i64,
        by: KeyNo,
        now: Wall,
    ) -> Boxed<'_, StoreResult<Option<Vec<Option<TemplateRecord>>>>> {
        if self.engine.room().is_some_and(|free| free <= 0) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.shared.write(Class::Admin, move |t| change(t, &changes, revision, by, now))
    }
}

fn revision(s: &Snapshot<'_>) -> Result<i64, Error> {
    s.row(q!("marker_get"), [REVISION], |r| r.get(0))?.ok_or_else(|| Error::damaged("marker", REVISION))
}

fn change(
    turn: &mut Turn<'_>,
    changes: &[TemplateChange],
    expected: i64,
    by: KeyNo,
    now: Wall,
) -> Result<Option<Vec<Option<TemplateRecord>>>, Error> {
    turn.row(q!("installation_lock"), (), |_| Ok(()))?;
    let is: i64 = turn.row(q!("marker_get"), [REVISION], |r| r.get(0))?.ok_or_else(|| Error::damaged("marker", REVISION))?;
    if is != expected {
        return Ok(None);
    }
    let next = is + 1;
    turn.run(q!("marker_set"), (REVISION, next))?;
    for TemplateChange { name, act } in changes {
        match act {
            TemplateAct::Put { draft, active } => {
                turn.execute(q!("template_put"), params![name, next, active, json(draft)?, now.0, by.0])?;
            }
            TemplateAct::Publish { source, compiled, note } => {
                let latest: i64 = turn.row(q!("template_latest"), [name], |r| r.get(0))?.ok_or_else(|| Error::damaged("template", name))?;
                let (source, text) = (json(source)?, json(compiled)?);
                turn.execute(q!("template_version_insert"), params![name, latest + 1, source, text, note, now.0, by.0])?;
                turn.execute(q!("template_publish"), (name, next, latest + 1, now.0, by.0))?;
                turn.execute(q!("template_part_delete"), [name])?;
                for part in &compiled.parts {
                    turn.execute(q!("template_part_insert"), (part, name))?;
                }
            }
            TemplateAct::Delete => {
                turn.execute(q!("template_delete"), (name, next, now.0, by.0))?;
                turn.execute(q!("template_version_delete"), [name])?;
                turn.execute(q!("template_part_delete"), [name])?;
            }
        }
        turn.rows += 1;
    }
    let look = |change: &TemplateChange| turn.row(q!("template_get"), [&change.name], |r| Ok(record(r)))?.transpose();
    changes.iter().map(look).collect::<Result<_, Error>>().map(Some)
}

/// Reads a row of `template_get` or `template_list`.
fn record(r: &Row<'_>) -> Result<TemplateRecord, Error> {
    Ok(TemplateRecord {
        name: r.get(0)?,
        revision: r.get(1)?,
        active: r.get(2)?,
        draft: read::<Source>("template", &r.get::<String>(3)?)?,
        published: r.get(4)?,
        created_at: Wall(r.get(5)?),
        updated_at: Wall(r.get(6)?),
        updated_by: KeyNo(r.get(7)?),
    })
}

/// Reads a row of `template_version_get` and the like.
fn version(r: &Row<'_>) -> Result<TemplateVersion, Error> {
    Ok(TemplateVersion {
        name: r.get(0)?,
        version: r.get(1)?,
        source: read::<Source>("template source", &r.get::<String>(2)?)?,
        compiled: read::<Compiled>("compiled template", &r.get::<String>(3)?)?,
        note: r.get(4)?,
        created_at: Wall(r.get(5)?),
        created_by: KeyNo(r.get(6)?),
    })
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::damaged("template", e))
}

fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|e| Error::damaged(what, e))
}
