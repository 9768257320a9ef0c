//! The text part of a template, made once from its HTML part.

use std::fmt::Write as _;

use crate::mime::text_from_html;

use super::{
    flat,
    shield::{Between, Shield},
};

/// What a tag must not say for its HTML to be made into text before it is filled in: other templates hold HTML, and these filters
/// make some.
const HTML_ONLY: [&str; 13] = [
    "extends",
    "include",
    "raw",
    "verbatim",
    "comment",
    "autoescape",
    "safe",
    "escape",
    "force_escape",
    "linebreaks",
    "linebreaksbr",
    "tojson",
    "load",
];

/// Text with the tags of the HTML source in their places. `None` where that cannot be done without changing what the tags decide
/// on: then the text is made of each copy's HTML.
#[must_use]
pub fn derive_text(html_source: &str) -> Option<String> {
    let html_source = &*flat::without_origins(html_source);
    let shield = Shield::over(html_source, Between::Word).ok()?;
    if shield.is_empty() {
        return text_from_html(html_source).filter(|text| !has_tags(text));
    }
    if shield.tags().any(|tag| tag.starts_with("{#") || words(tag).any(|word| word == "e" || HTML_ONLY.contains(&word))) {
        return None;
    }
    let decides = shield.tags().any(|tag| tag.starts_with("{%"));
    let html = if decides { flat(shield.shielded()) } else { shield.shielded().to_owned() };
    let text = text_from_html(&html)?;
    if has_tags(&text) {
        return None;
    }
    shield.restore_text(&text)
}

fn has_tags(text: &str) -> bool {
    ["{{", "{%", "{#"].into_iter().any(|open| text.contains(open))
}

/// Words of a tag outside of quotes.
fn words(tag: &str) -> impl Iterator<Item = &str> {
    let unquoted = tag.split(['"', '\'']).step_by(2);
    unquoted.flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'))
}

/// The HTML without what would move a tag away from where it stands: text between the rows of a table is taken out of it, and
/// links are told at the end. Cells become blocks, as they are read anyway, and a link stands behind its words.
fn flat(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut links: Vec<Option<String>> = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tag = &rest[open..];
        let length = if tag.starts_with("<!--") { tag.find("-->").map(|end| end + 3) } else { tag_end(tag) };
        let Some(length) = length else { break };
        let (tag, behind) = tag.split_at(length);
        rest = behind;
        let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let closes = tag.starts_with("</");
        match name.to_ascii_lowercase().as_str() {
            "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" => {
                out.push_str(if closes { "</div>" } else { "<div" });
                if !closes {
                    out.push_str(&tag[1 + name.len()..]);
                }
            }
            "colgroup" | "col" => {}
            "a" if closes => {
                out.push_str("</span>");
                if let Some(link) = links.pop().flatten() {
                    // Nothing fails when it is written to a string.
                    let _ = write!(out, " ({link})");
                }
            }
            "a" => {
                links.push(attribute(tag, "href").filter(|link| !link.is_empty() && !link.starts_with('#')));
                out.push_str("<span>");
            }
            _ => out.push_str(tag),
        }
    }
    out.push_str(rest);
    out
}

/// Where a tag ends: the first `>` outside of quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (i, b) in tag.bytes().enumerate() {
        match (quote, b) {
            (Some(q), b) if q == b => quote = None,
            (None, b'"' | b'\'') => quote = Some(b),
            (None, b'>') => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// The value of an attribute, as it is written.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag
        .match_indices(name)
        .map(|(i, _)| i)
        .find(|i| tag[..*i].ends_with(|c: char| c.is_ascii_whitespace()) && tag[i + name.len()..].trim_start().starts_with('='))?;
    let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    Some(match quote {
        Some(quote) => value[1..].split(quote).next().unwrap_or_default().to_owned(),
        None => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next().unwrap_or_default().to_owned(),
    })
}
