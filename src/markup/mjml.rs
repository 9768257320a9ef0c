//! MJML into HTML.

use jebi_domain::template::{Between, Shield};
use mrml::prelude::{
    parser::{Error, Span},
    render::RenderOptions,
};

use super::{MarkupFault, bounded, guarded};

/// Elements of MJML 4 that are known here.
const KNOWN: [&str; 32] = [
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
];

/// Deepest nesting: the converter goes one call deeper for each.
const MAX_DEPTH: usize = 60;

/// Makes HTML of an MJML source. Tags of the template language may stand between components, in text and in attributes.
///
/// # Errors
/// What is no MJML, with its place; an element nobody knows; `mj-include`, since nothing is read from anywhere.
pub fn mjml(source: &str) -> Result<String, MarkupFault> {
    bounded(source)?;
    let shield = Shield::over(source, Between::Comment)?;
    elements(&shield)?;
    let made = guarded(|| {
        let parsed = mrml::parse(shield.shielded()).map_err(|error| unreadable(&error, &shield))?;
        parsed.element.render(&RenderOptions::default()).map_err(|error| {
            MarkupFault::new((1, 1), "mjml_syntax", format!("this cannot be made into HTML: {error}"), "look at the attributes' values")
        })
    })?;
    Ok(shield.restore(&made)?)
}

/// Every `mj-` element is one we know: the converter would drop others without a word.
fn elements(shield: &Shield) -> Result<(), MarkupFault> {
    let text = shield.shielded();
    let (mut depth, mut end) = (0usize, 0);
    for (at, _) in text.match_indices('<') {
        let tag = &text[at + 1..];
        let name = tag.trim_start_matches('/');
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len())];
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        if name.is_empty() || tag.starts_with('!') {
            continue;
        }
        if end <= at {
            end = text[at..].find('>').map_or(text.len(), |length| at + length);
        }
        let closed = text[..end].ends_with('/');
        let void = ["br", "img", "hr", "input", "meta", "link"].contains(&name);
        depth += usize::from(!closed && !void);
        if depth > MAX_DEPTH {
            let fault = format!("elements are nested more than {MAX_DEPTH} deep");
            return Err(MarkupFault::new(shield.original(at), "markup_size", fault, "close what is open"));
        }
        if !name.starts_with("mj-") || KNOWN.contains(&name) {
            continue;
        }
        let remedy = match name {
            "mj-include" => "write `{% include \"name\" %}` where the part is HTML, or put its MJML here: nothing is read from elsewhere",
            "mj-html-attributes" | "mj-selector" | "mj-html-attribute" => {
                "write the attributes at the elements themselves, or use `mj-raw`"
            }
            _ => "look at its spelling; for HTML of your own use `mj-raw`",
        };
        return Err(MarkupFault::new(shield.original(at), "mjml_element", format!("there is no element `{name}` here"), remedy));
    }
    Ok(())
}

fn unreadable(error: &Error, shield: &Shield) -> MarkupFault {
    let at = |position: &Span| shield.original(position.start);
    let (place, fault, remedy) = match error {
        Error::UnexpectedElement { position, .. } => {
            (at(position), "this element may not stand here".to_owned(), "move it to where MJML has it")
        }
        Error::UnexpectedToken { position, .. } => {
            (at(position), "this is not expected here".to_owned(), "look for a tag that is not closed")
        }
        Error::MissingAttribute { name, position, .. } => (at(position), format!("the attribute `{name}` is missing"), "add it"),
        Error::InvalidAttribute { position, .. } => (at(position), "this attribute cannot be read".to_owned(), "put its value in quotes"),
        Error::InvalidFormat { position, .. } => (at(position), "this value cannot be read".to_owned(), "look at its form"),
        Error::EndOfStream { .. } => {
            (shield.original(shield.shielded().len()), "the source ends too early".to_owned(), "close what is open")
        }
        Error::ParserError { source, .. } => {
            let pos = source.pos();
            let line_start = |row: usize| shield.shielded().split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum::<usize>();
            let start = line_start(pos.row as usize);
            let rest = shield.shielded().get(start..).unwrap_or_default();
            let column = rest.char_indices().nth((pos.col as usize).saturating_sub(1)).map_or(0, |(i, _)| i);
            (
                shield.original(start + column),
                "this is no XML".to_owned(),
                "close every element and put every value in quotes; write `<` as `&lt;`",
            )
        }
        Error::SizeLimit { .. } | Error::NoRootNode | Error::IncludeLoaderError { .. } => {
            ((1, 1), "this is no MJML document".to_owned(), "begin with `<mjml>`")
        }
    };
    MarkupFault::new(place, "mjml_syntax", fault, remedy)
}
