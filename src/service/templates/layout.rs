//! A template as files in a folder: `template.toml` says what it is, and each body lies in a file of its own, named by its language:
//! `ko.html`, `ko.mjml`, `ko.txt`; a part's is `body.html`, `body.mjml` or `body.txt`. The folder's path is the template's name.

use std::{collections::BTreeMap, ops::Range};

use jebi_domain::{
    content::Syntax,
    template_record::{Source, SourceVariant, TemplateKind, Variable, VariableType},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml::Spanned;

/// The file that says what a template is.
pub const SHEET: &str = "template.toml";
/// What a part's body is called in place of a language.
const BODY: &str = "body";

/// `template.toml` as it is read. Fields in the order they are written in: tables come last.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    /// Where it is not the folder's path.
    name: Option<String>,
    #[serde(default)]
    kind: TemplateKind,
    /// The default language.
    #[serde(default)]
    language: String,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default = "yes")]
    active: bool,
    /// By language.
    #[serde(default)]
    subject: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    variables: Vec<Spanned<VariableSheet>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VariableSheet {
    name: String,
    #[serde(default, rename = "type")]
    kind: VariableType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    /// Last, for it may be a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
}

/// The same as it is written.
#[derive(Serialize)]
struct SheetOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    kind: TemplateKind,
    #[serde(skip_serializing_if = "str::is_empty")]
    language: &'a str,
    #[serde(skip_serializing_if = "is_jinja")]
    syntax: Syntax,
    #[serde(skip_serializing_if = "Clone::clone")]
    active: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    subject: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variables: Vec<VariableSheet>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_jinja(syntax: &Syntax) -> bool {
    *syntax == Syntax::Jinja
}

/// A template read from its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// As `template.toml` says; `None` for the folder's path.
    pub name: Option<String>,
    pub source: Source,
    pub active: bool,
    places: Places,
}

/// Where in which file what a fault names stands: line and column, from 1.
#[derive(Clone, Debug, Default, PartialEq)]
struct Places(BTreeMap<String, (String, Option<(usize, usize)>)>);

/// What is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    pub file: String,
    /// Line and column, from 1.
    pub place: Option<(usize, usize)>,
    pub fault: String,
    pub remedy: String,
}

impl Read {
    /// The file, line and column of a field a fault names, such as `variants[0].html:3:14`. `template.toml` where it is none of a file's.
    #[must_use]
    pub fn place(&self, field: &str) -> (String, Option<(usize, usize)>) {
        let mut parts = field.rsplitn(3, ':');
        let (column, line, path) = (parts.next(), parts.next(), parts.next());
        let within = line.zip(column).and_then(|(line, column)| Some((line.parse::<usize>().ok()?, column.parse::<usize>().ok()?)));
        let path = if within.is_some() { path.unwrap_or_default() } else { field };
        let known = self.places.0.get(path).or_else(|| self.places.0.get(path.rsplit_once('.').map_or(path, |(before, _)| before)));
        match (known, within) {
            // A text within a sheet begins where its value does, behind the quotation mark.
            (Some((file, Some((line, column)))), Some((1, inner))) => (file.clone(), Some((*line, column + inner))),
            (Some((file, Some(place))), _) => (file.clone(), Some(*place)),
            (Some((file, None)), within) => (file.clone(), within),
            (None, _) => (SHEET.to_owned(), None),
        }
    }
}

/// A template as files, by their names within its folder. `name` where it is not the folder's path.
///
/// # Errors
/// Values that TOML cannot hold, which no checked template has.
pub fn files(name: Option<&str>, source: &Source, active: bool) -> Result<BTreeMap<String, String>, String> {
    let mut all = BTreeMap::new();
    for one in &source.variants {
        let stem = if source.kind == TemplateKind::Part { BODY } else { &one.language };
        let bodies = [("html", &one.html), ("mjml", &one.mjml), ("txt", &one.text)];
        all.extend(bodies.into_iter().filter_map(|(ending, body)| Some((format!("{stem}.{ending}"), body.clone()?))));
    }
    let variable = |one: &Variable| VariableSheet {
        name: one.name.clone(),
        kind: one.kind,
        required: one.required,
        description: one.description.clone(),
        default: one.default.clone(),
    };
    let sheet = SheetOut {
        name,
        kind: source.kind,
        language: &source.language,
        syntax: source.syntax,
        active,
        subject: source.variants.iter().filter_map(|one| Some((one.language.as_str(), one.subject.as_deref()?))).collect(),
        variables: source.variables.iter().map(variable).collect(),
    };
    all.insert(SHEET.to_owned(), toml::to_string(&sheet).map_err(|e| e.to_string())?);
    Ok(all)
}

/// Reads a template from its files. Files of other kinds are not its own and are passed over.
///
/// # Errors
/// Everything that is wrong with the files; what the template says is checked by whoever it is pushed to.
pub fn read(files: &BTreeMap<String, String>) -> Result<Read, Vec<FileFault>> {
    let Some(text) = files.get(SHEET) else {
        return Err(vec![whole(SHEET, "the file is missing", "add it: it says which languages and variables the template has")]);
    };
    let sheet: Sheet = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| place(text, &span));
        let fault = error.message().lines().collect::<Vec<_>>().join(" ");
        vec![FileFault { file: SHEET.to_owned(), place, fault, remedy: "write it as docs/TEMPLATES.md shows".to_owned() }]
    })?;
    let (mut variants, mut faults) = (BTreeMap::<String, SourceVariant>::new(), Vec::new());
    for (file, body) in files {
        let Some((stem, ending)) = file.rsplit_once('.') else { continue };
        if !matches!(ending, "html" | "mjml" | "txt") {
            continue;
        }
        let is_part = sheet.kind == TemplateKind::Part;
        if is_part != (stem == BODY) {
            let remedy = "name it by its language (ko.html), or body.html where template.toml says kind = \"part\"";
            faults.push(whole(file, "the file's name does not fit the kind of the template", remedy));
            continue;
        }
        let language = if is_part { String::new() } else { stem.to_owned() };
        let variant = variants.entry(language.clone()).or_insert_with(|| SourceVariant { language, ..SourceVariant::default() });
        let place = match ending {
            "html" => &mut variant.html,
            "mjml" => &mut variant.mjml,
            _ => &mut variant.text,
        };
        *place = Some(body.clone());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for (language, subject) in &sheet.subject {
        let variant =
            variants.entry(language.clone()).or_insert_with(|| SourceVariant { language: language.clone(), ..SourceVariant::default() });
        variant.subject = Some(subject.get_ref().clone());
    }
    let places = places(text, &sheet, &variants);
    let variable = |one: Spanned<VariableSheet>| {
        let VariableSheet { name, kind, required, description, default } = one.into_inner();
        Variable { name, kind, required, default, description }
    };
    let Sheet { name, kind, language, syntax, active, variables, .. } = sheet;
    let variables = variables.into_iter().map(variable).collect();
    let source = Source { kind, syntax, language, variants: variants.into_values().collect(), variables };
    Ok(Read { name, source, active, places })
}

fn places(text: &str, sheet: &Sheet, variants: &BTreeMap<String, SourceVariant>) -> Places {
    let mut all = BTreeMap::new();
    for (i, (language, one)) in variants.iter().enumerate() {
        let stem = if language.is_empty() { BODY } else { language };
        let bodies = [("html", "html", &one.html), ("mjml", "mjml", &one.mjml), ("text", "txt", &one.text)];
        for (field, ending, _) in bodies.into_iter().filter(|(.., body)| body.is_some()) {
            all.insert(format!("variants[{i}].{field}"), (format!("{stem}.{ending}"), None));
        }
        if let Some(subject) = sheet.subject.get(language) {
            all.insert(format!("variants[{i}].subject"), (SHEET.to_owned(), Some(place(text, &subject.span()))));
        }
    }
    for (i, variable) in sheet.variables.iter().enumerate() {
        all.insert(format!("variables[{i}]"), (SHEET.to_owned(), Some(place(text, &variable.span()))));
    }
    Places(all)
}

fn place(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn whole(file: &str, fault: &str, remedy: &str) -> FileFault {
    FileFault { file: file.to_owned(), place: None, fault: fault.to_owned(), remedy: remedy.to_owned() }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
