//! A folder of templates: one folder each, by its name.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use jebi_domain::template_record::Source;
use serde_json::{Value, json};

use super::super::Failure;
use crate::service::templates::layout::{self, FileFault, Read, SHEET};

/// What bodies' files end with.
const BODIES: [&str; 3] = [".html", ".mjml", ".txt"];

/// A template, wherever it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub name: String,
    pub source: Source,
    pub active: bool,
}

impl Template {
    /// As the API shows it.
    pub fn of(body: &Value) -> Result<Self, Failure> {
        let strange = |_| Failure::strange("template");
        let source: Source =
            serde_json::from_value(only(body, &["kind", "syntax", "language", "variants", "variables"])).map_err(strange)?;
        let name = body["name"].as_str().ok_or_else(|| Failure::strange("name"))?;
        Ok(Self { name: name.to_owned(), source, active: body["active"].as_bool().unwrap_or(true) })
    }

    /// As the API takes it.
    pub fn body(&self) -> Value {
        let Source { kind, syntax, language, variants, variables } = &self.source;
        json!({
            "kind": kind, "syntax": syntax, "language": language, "active": self.active, "variants": variants, "variables": variables,
        })
    }

    /// The same with its name.
    pub fn named(&self) -> Value {
        let mut body = self.body();
        body["name"] = json!(self.name);
        body
    }

    /// As files in a folder, by their paths in it.
    pub fn files(&self) -> Result<BTreeMap<PathBuf, String>, Failure> {
        let folder = folder_of(&self.name);
        // The name is written down only where the path does not tell it.
        let name = (folder.to_str() != Some(&self.name)).then_some(self.name.as_str());
        let files = layout::files(name, &self.source, self.active);
        let files = files.map_err(|e| Failure::refused(format!("the template {:?} cannot be written as files: {e}", self.name)))?;
        Ok(files.into_iter().map(|(file, text)| (folder.join(file), text)).collect())
    }
}

fn only(body: &Value, names: &[&str]) -> Value {
    let entries = body.as_object().into_iter().flatten();
    entries.filter(|(name, value)| names.contains(&name.as_str()) && !value.is_null()).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// Where a template lies: its name, with what some file systems do not take written as `%` and two digits.
fn folder_of(name: &str) -> PathBuf {
    let part = |part: &str| -> String {
        let mut out = String::new();
        for c in part.chars() {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%') {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            } else {
                out.push(c);
            }
        }
        // A name of dots leads elsewhere, and Windows drops one at the end.
        if let Some(rest) = out.strip_suffix('.') { format!("{rest}%2E") } else { out }
    };
    name.split('/').map(part).collect()
}

/// One template of a folder.
pub struct Entry {
    pub template: Template,
    /// Its folder.
    pub at: PathBuf,
    read: Read,
}

impl Entry {
    /// A fault's field as file, line and column.
    pub fn place(&self, field: &str) -> String {
        let (file, place) = self.read.place(field);
        shown(&self.at.join(file), place)
    }
}

/// What a folder holds.
pub struct Folder {
    pub entries: Vec<Entry>,
}

impl Folder {
    /// Reads every template below a folder.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let mut found = Vec::new();
        if !root.is_dir() {
            let root = root.display();
            return Err(Failure::refused(format!("--dir: there is no folder {root}; name the one your templates are in")));
        }
        walk(root, &mut found).map_err(|(path, e)| unread(&path, &e))?;
        found.sort();
        let (mut entries, mut lines) = (Vec::new(), Vec::new());
        for at in found {
            match entry(root, &at)? {
                Ok(entry) => entries.push(entry),
                Err(faults) => lines.extend(faults.into_iter().map(|fault| told(&at, fault))),
            }
        }
        let mut seen = BTreeMap::new();
        for entry in &entries {
            if let Some(first) = seen.insert(entry.template.name.clone(), &entry.at) {
                let (name, first, at) = (&entry.template.name, first.display(), entry.at.display());
                lines.push(format!("{at}: the template {name:?} lies in {first} too; give one of them another name"));
            }
        }
        if lines.is_empty() { Ok(Self { entries }) } else { Err(Failure::lines(lines)) }
    }

    /// Only these.
    pub fn only(self, names: &[String]) -> Result<Self, Failure> {
        let known: BTreeSet<&str> = self.entries.iter().map(|entry| entry.template.name.as_str()).collect();
        if let Some(missing) = names.iter().find(|name| !known.contains(name.as_str())) {
            return Err(Failure::refused(format!("there is no template {missing:?} in the folder; its folder holds a template.toml")));
        }
        Ok(Self { entries: self.entries.into_iter().filter(|entry| names.contains(&entry.template.name)).collect() })
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |e| (folder.to_owned(), e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        // A link may lead round in a circle.
        if kind.is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
            walk(&path, found)?;
        } else if entry.file_name() == SHEET {
            found.push(folder.to_owned());
        }
    }
    Ok(())
}

/// The template in a folder.
fn entry(root: &Path, at: &Path) -> Result<Result<Entry, Vec<FileFault>>, Failure> {
    let files = texts(at)?;
    let read = match layout::read(&files) {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let path = at.strip_prefix(root).unwrap_or(at);
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let name = read.name.clone().unwrap_or_else(|| parts.join("/"));
    if name.is_empty() {
        let fault = "the folder itself cannot be a template";
        let remedy = "put the template into a folder of its own, named as it is called";
        return Ok(Err(vec![FileFault { file: SHEET.to_owned(), place: None, fault: fault.to_owned(), remedy: remedy.to_owned() }]));
    }
    let template = Template { name, source: read.source.clone(), active: read.active };
    Ok(Ok(Entry { template, at: at.to_owned(), read }))
}

/// The files of a template, with the line ends and without the mark of order that editors on Windows write.
pub fn texts(at: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = BTreeMap::new();
    let entries = fs::read_dir(at).map_err(|e| unread(at, &e))?;
    for entry in entries {
        let entry = entry.map_err(|e| unread(at, &e))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_file() && (name == SHEET || BODIES.iter().any(|ending| name.ends_with(ending))) {
            let text = fs::read_to_string(&path).map_err(|e| unread(&path, &e))?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
            all.insert(name, text);
        }
    }
    Ok(all)
}

fn told(at: &Path, fault: FileFault) -> String {
    let FileFault { file, place, fault, remedy } = fault;
    format!("{}: {fault}; {remedy}", shown(&at.join(file), place))
}

fn shown(path: &Path, place: Option<(usize, usize)>) -> String {
    let path = path.display();
    place.map_or_else(|| path.to_string(), |(line, column)| format!("{path}:{line}:{column}"))
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::refused(format!("{}: cannot be read: {error}; give files in UTF-8 that may be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        assert_eq!(folder_of("emails/base.html"), Path::new("emails/base.html"));
        assert_eq!(folder_of("a: b"), Path::new("a%3A b"));
        assert_eq!(folder_of("a/..b."), Path::new("a/..b%2E"));
        assert_eq!(folder_of("../x"), Path::new(".%2E/x"));
    }
}
