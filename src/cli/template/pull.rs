//! `jebi template pull`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use jebi_domain::template_record::Source;

use super::{
    super::{Client, Failure, note, tell},
    Which, all, fetch,
    folder::{Template, texts},
};
use crate::service::templates::layout::{self, SHEET};

#[derive(Args)]
pub(in crate::cli) struct How {
    #[command(flatten)]
    which: Which,
    /// Those that come with Jebi too, to make your own of them
    #[arg(long)]
    starters: bool,
    /// Overwrite and remove files that say something else
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(how: How, client: &Client) -> Result<(), Failure> {
    let How { which, starters, force } = how;
    let mut names = which.names.clone();
    if names.is_empty() {
        let found = all(client).await?;
        let wanted = found.iter().filter(|line| starters || line["built_in"] == false);
        names = wanted.filter_map(|line| line["name"].as_str().map(str::to_owned)).collect();
    }
    if names.is_empty() {
        note("the server has no templates of its own; --starters gives those that come with Jebi");
        return Ok(());
    }
    let mut templates = Vec::new();
    for name in &names {
        let found = fetch(name, client).await?;
        templates.push(found.ok_or_else(|| Failure::refused(format!("there is no template {name:?}; `jebi template list` names all")))?);
    }
    let mut plan = Vec::new();
    for template in &templates {
        plan.extend(steps(&which.dir, template)?);
    }
    let lost: Vec<String> = plan.iter().filter(|step| step.loses).map(|step| step.path.display().to_string()).collect();
    if !lost.is_empty() && !force {
        let lines = lost.iter().map(|path| format!("{path}: says something else than the server; keep it elsewhere, or give --force"));
        return Err(Failure::lines(lines.collect()));
    }
    for Step { path, text, .. } in &plan {
        write(path, text.as_deref()).map_err(|e| Failure::refused(format!("{}: cannot be written: {e}", path.display())))?;
    }
    let (files, dir) = (plan.len(), which.dir.display());
    tell(&format!("{} templates in {dir}, {files} files written", templates.len()));
    Ok(())
}

/// What is to be done with one file.
struct Step {
    path: PathBuf,
    /// `None`: it is removed.
    text: Option<String>,
    /// Something that was there is lost by it.
    loses: bool,
}

/// What makes a template's folder say what the server says. Nothing for what says so already.
fn steps(dir: &Path, template: &Template) -> Result<Vec<Step>, Failure> {
    let files = template.files()?;
    let mut steps = Vec::new();
    let Some(folder) = files.keys().next().and_then(|path| path.parent()).map(|folder| dir.join(folder)) else { return Ok(steps) };
    let there = if folder.is_dir() { texts(&folder)? } else { Default::default() };
    for (path, text) in files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let before = there.get(&name);
        // A sheet that says the same in other words stays, with its comments.
        let says_so = before == Some(&text) || (name == SHEET && sheet_says(&there, template));
        if !says_so {
            steps.push(Step { path: dir.join(&path), text: Some(text), loses: before.is_some() });
        }
    }
    let kept = template.files()?;
    let extra = there.keys().filter(|name| !kept.keys().any(|path| path.file_name().is_some_and(|file| file.to_string_lossy() == **name)));
    steps.extend(extra.map(|name| Step { path: folder.join(name), text: None, loses: true }));
    Ok(steps)
}

/// Whether the sheet that is there says what the template is.
fn sheet_says(there: &BTreeMap<String, String>, template: &Template) -> bool {
    let Ok(read) = layout::read(there) else { return false };
    let said = |source: &Source| -> BTreeMap<String, String> {
        source.variants.iter().filter_map(|one| Some((one.language.clone(), one.subject.clone()?))).collect()
    };
    let (a, b) = (&read.source, &template.source);
    (read.active, a.kind, a.syntax, &a.language, &a.variables) == (template.active, b.kind, b.syntax, &b.language, &b.variables)
        && said(a) == said(b)
}

fn write(path: &Path, text: Option<&str>) -> io::Result<()> {
    let Some(text) = text else { return fs::remove_file(path) };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
