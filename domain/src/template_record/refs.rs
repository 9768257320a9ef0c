//! Which templates a source extends or includes.

use std::collections::BTreeSet;

/// Tags that name other templates.
const NAMING: [&str; 4] = ["extends", "include", "import", "from"];

/// Names of templates a Jinja source extends, includes or imports, as they stand in quotes; each once, sorted. A name that is computed
/// is not found: the engine refuses those.
#[must_use]
pub fn references(source: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut rest = source;
    while let Some((tag, after)) = next_tag(rest) {
        rest = after;
        let Tag::Statement(inside) = tag else { continue };
        let inside = inside.trim_start_matches(['-', '+']).trim_start();
        let (word, place) = inside.split_at(inside.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(inside.len()));
        if word == "raw" || word == "verbatim" {
            rest = after_raw(rest, word);
        } else if NAMING.contains(&word) {
            found.extend(quoted(place, word));
        }
    }
    found.into_iter().collect()
}

enum Tag<'a> {
    /// `{% … %}`, what is inside.
    Statement(&'a str),
    /// A comment or an expression.
    Other,
}

/// The next tag and what follows it. One that never ends is left to the engine to complain of.
fn next_tag(source: &str) -> Option<(Tag<'_>, &str)> {
    let (at, end) = [("{%", "%}"), ("{#", "#}"), ("{{", "}}")].iter().filter_map(|(open, end)| Some((source.find(open)?, *end))).min()?;
    let inside = &source[at + 2..];
    let stop = inside.find(end)?;
    let tag = if end == "%}" { Tag::Statement(&inside[..stop]) } else { Tag::Other };
    Some((tag, &inside[stop + 2..]))
}

/// What follows the end of a block that is not read.
fn after_raw<'a>(source: &'a str, word: &str) -> &'a str {
    let mut rest = source;
    while let Some(at) = rest.find("{%") {
        let inside = rest[at + 2..].trim_start_matches(['-', '+']).trim_start();
        if let Some(end) = inside.strip_prefix("end")
            && end.starts_with(word)
        {
            return end.find("%}").map_or("", |stop| &end[stop + 2..]);
        }
        rest = &rest[at + 2..];
    }
    ""
}

/// The names in quotes: for most tags the first list or text, for `from` what stands before `import`.
fn quoted(place: &str, word: &str) -> Vec<String> {
    let place = if word == "from" { place.split(" import ").next().unwrap_or(place) } else { place };
    // What follows a single name are options, such as `with context`; a list is in brackets.
    let is_list = place.trim_start().starts_with(['[', '(']);
    let mut names = Vec::new();
    let mut rest = place;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = if rest.as_bytes()[at] == b'"' { '"' } else { '\'' };
        let Some((name, after)) = rest[at + 1..].split_once(quote) else { break };
        names.push(name.to_owned());
        rest = after;
        if !is_list {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_naming_another_template_is_found() {
        let source = r#"{% extends "emails/base.html" %}{%- include 'footer.html' ignore missing -%}
            {% include ["a.html", 'b.html'] %}{% from "macros.html" import button %}{% import 'm.html' as m %}"#;
        assert_eq!(references(source), ["a.html", "b.html", "emails/base.html", "footer.html", "m.html", "macros.html"]);
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        let source = r#"{# {% include "comment" %} #}{% raw %}{% include "raw" %}{% endraw %}{{ "{% include 'text' %}" }}
            {% if includes == "x" %}{% endif %}{% include name %}{% include "one" %} {% set from = "y" %}"#;
        assert_eq!(references(source), ["one"]);
        assert!(references("{% include \"open").is_empty());
        assert!(references("plain { text % } 한글").is_empty());
    }
}
