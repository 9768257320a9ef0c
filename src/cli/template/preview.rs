//! `jebi template preview`.

use std::{fs, path::PathBuf};

use clap::Args;
use http::Method;
use jebi_domain::template_record::{TemplateKind, Variable, VariableType};
use serde_json::{Map, Value, json};

use super::{
    super::{Client, Failure, LANGUAGE, note, print},
    fetch,
    folder::Folder,
    path,
};

#[derive(Args)]
pub(in crate::cli) struct How {
    /// Name of the template
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder
    #[arg(long, value_name = "FOLDER", default_value = "templates")]
    dir: PathBuf,
    /// A value, as NAME=VALUE: JSON where the template describes a number, boolean, list or object, else text; several may be given
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
    /// File with values: a JSON object
    #[arg(long, value_name = "FILE")]
    vars: Option<PathBuf>,
    /// Language, such as ko; the template's own when left out
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// File to write the HTML to
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) async fn run(how: How, client: &Client) -> Result<(), Failure> {
    let folder = if how.dir.is_dir() { Folder::read(&how.dir)? } else { Folder { entries: Vec::new() } };
    let own = folder.entries.iter().find(|entry| entry.template.name == how.name);
    let described = match own {
        Some(own) => own.template.source.variables.clone(),
        None => fetch(&how.name, client).await?.map(|found| found.source.variables).unwrap_or_default(),
    };
    let mut body = json!({ "variables": values(&how, &described)?, "language": how.language });
    if let Some(own) = own {
        body["template"] = own.template.body();
        let parts = folder.entries.iter().map(|entry| &entry.template).filter(|one| one.source.kind == TemplateKind::Part);
        body["with"] = parts.map(|part| part.named()).collect();
    }
    let (status, mut answer) = client.exchange(Method::POST, &format!("{}/preview", path(&how.name)), Some(&body)).await?;
    if !status.is_success() {
        for fault in answer["errors"].as_array_mut().into_iter().flatten() {
            let field = fault["field"].as_str().unwrap_or_default();
            // What begins so is the template's own; the values have no file.
            if let Some(own) = own.filter(|_| field.starts_with("variants[")) {
                fault["field"] = json!(own.place(field));
            }
        }
        return Err(Failure::answered(status, &answer, *LANGUAGE));
    }
    print(&format!("Subject: {}\n", text(&answer["subject"])));
    print(answer["text"].as_str().unwrap_or_default().trim_end());
    if let (Some(file), Some(html)) = (&how.html, answer["html"].as_str()) {
        fs::write(file, html).map_err(|e| Failure::refused(format!("--html: {} cannot be written: {e}", file.display())))?;
    }
    for name in answer["missing"].as_array().into_iter().flatten() {
        note(&format!("the variable {name} has no value, and mail without it is not sent"));
    }
    for name in answer["unused"].as_array().into_iter().flatten() {
        note(&format!("the variable {name} is not used by the template"));
    }
    Ok(())
}

/// The values of the file and the line, which goes before it.
fn values(how: &How, described: &[Variable]) -> Result<Map<String, Value>, Failure> {
    let mut all = match &how.vars {
        None => Map::new(),
        Some(file) => {
            let file_name = file.display();
            let text = fs::read_to_string(file).map_err(|e| Failure::refused(format!("--vars: {file_name} cannot be read: {e}")))?;
            serde_json::from_str(&text).map_err(|e| Failure::refused(format!("--vars: {file_name} is no JSON object: {e}")))?
        }
    };
    for one in &how.var {
        let Some((name, value)) = one.split_once('=') else {
            return Err(Failure::refused(format!("--var: {one:?} is not NAME=VALUE; write it as --var code=123456")));
        };
        let kind = described.iter().find(|variable| variable.name == name).map(|variable| variable.kind);
        let is_text = matches!(kind, None | Some(VariableType::Text | VariableType::Date));
        let read = if is_text { None } else { serde_json::from_str(value).ok() };
        all.insert(name.to_owned(), read.unwrap_or_else(|| json!(value)));
    }
    Ok(all)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
