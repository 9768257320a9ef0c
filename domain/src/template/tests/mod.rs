mod bombs;
mod derive;
mod faults;
mod filters;
mod flat;
mod jinja;
mod missing;
mod seed;

use std::collections::BTreeMap;

use super::*;
use crate::{
    content::{Content, Variant},
    message::Mailbox,
    outcome::Reason,
};

fn to(name: &str) -> Mailbox {
    Mailbox { email: "hong@example.kr".to_owned(), name: Some(name.to_owned()).filter(|name| !name.is_empty()) }
}

fn content(fill: Fill, subject: &str, text: Option<&str>, html: Option<&str>) -> Content {
    let mut content: Content = serde_json::from_str(r#"{"from":{"email":"news@example.kr"},"subject":""}"#).unwrap();
    content.subject = subject.to_owned();
    content.text = text.map(str::to_owned);
    content.html = html.map(str::to_owned);
    content.fill = Some(Box::new(fill));
    content
}

fn parts(all: &[(&str, &str)]) -> Fill {
    let parts = all.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect::<BTreeMap<_, _>>();
    Fill { parts, ..Fill::default() }
}

fn personal(variables: &str) -> String {
    format!("{{\"variables\":{variables}}}")
}

/// A text body filled in with these variables.
fn text(source: &str, variables: &str) -> Result<String, Reason> {
    text_of(Fill::default(), source, variables)
}
fn text_of(fill: Fill, source: &str, variables: &str) -> Result<String, Reason> {
    let renderer = Renderer::new(&content(fill, "제목", Some(source), None), None)?;
    Ok(renderer.render(Some(&personal(variables)), &to("홍길동"))?.text.unwrap())
}
/// An HTML body filled in with these variables.
fn html(source: &str, variables: &str) -> String {
    html_of(Fill::default(), source, variables)
}
fn html_of(fill: Fill, source: &str, variables: &str) -> String {
    let renderer = Renderer::new(&content(fill, "제목", None, Some(source)), None).unwrap();
    renderer.render(Some(&personal(variables)), &to("홍길동")).unwrap().html.unwrap()
}
fn subject(source: &str, variables: &str) -> Result<String, Reason> {
    let renderer = Renderer::new(&content(Fill::default(), source, Some("본문"), None), None)?;
    Ok(renderer.render(Some(&personal(variables)), &to("홍길동"))?.subject)
}
/// What is wrong with a text body, as `line:column code: fault; remedy`.
fn fault(source: &str) -> String {
    fault_of(&Fill::default(), source)
}
fn fault_of(fill: &Fill, source: &str) -> String {
    match check(fill, "제목", Some(source), None) {
        Ok(_) => "none".to_owned(),
        Err(f) => format!("{}:{}:{} {}: {}; {}", f.part, f.line, f.column, f.code, f.fault, f.remedy),
    }
}
fn variables(source: &str) -> (Vec<String>, Vec<String>) {
    let checked = check(&Fill::default(), "제목", Some(source), None).unwrap();
    (checked.variables.into_iter().collect(), checked.optional.into_iter().collect())
}
