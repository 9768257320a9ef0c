//! Steps that make mail out of markup: MJML into HTML, and style sheets into `style` attributes.
//!
//! They work on sources, when a template is published or a message accepted, never on a copy: the tags of the template language
//! come through byte for byte. Each takes up to some hundred milliseconds: call them off the threads that serve connections.

mod css;
mod mjml;

pub use css::inline_css;
pub use mjml::mjml;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jebi_domain::template::{Lost, MAX_SOURCE, TemplateFault};

/// Why markup is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}; {remedy}")]
pub struct MarkupFault {
    /// In the source, from 1.
    pub line: usize,
    pub column: usize,
    /// `mjml_syntax`, `mjml_element`, `css_syntax`, `markup_size` or `markup_tag`.
    pub code: &'static str,
    pub fault: String,
    pub remedy: String,
}

/// Most style rules times tags: each rule is tried on each element.
const MAX_MATCHES: usize = 10_000_000;

impl MarkupFault {
    fn new((line, column): (usize, usize), code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line, column, code, fault: fault.into(), remedy: remedy.into() }
    }
}

impl From<TemplateFault> for MarkupFault {
    fn from(of: TemplateFault) -> Self {
        Self { line: of.line, column: of.column, code: of.code, fault: of.fault, remedy: of.remedy }
    }
}

impl From<Lost> for MarkupFault {
    fn from(lost: Lost) -> Self {
        let fault = format!("`{}` does not come through", lost.tag);
        let remedy = "put it between elements, into text or into a link; sizes and whole styles have to be known before";
        MarkupFault::new((lost.line, lost.column), "markup_tag", fault, remedy)
    }
}

/// Refuses what would take too long: size, nesting, and style rules times tags.
fn bounded(source: &str) -> Result<(), MarkupFault> {
    if source.len() > MAX_SOURCE {
        let fault = format!("it has {} bytes", source.len());
        return Err(MarkupFault::new((1, 1), "markup_size", fault, format!("give at most {MAX_SOURCE}")));
    }
    let Some(tags) = jebi_domain::mime::tags(source) else {
        return Err(MarkupFault::new((1, 1), "markup_size", "its elements are nested more than 500 deep", "close what is open"));
    };
    let sheets = source.split("<style").skip(1).chain(source.split("<mj-style").skip(1)).filter_map(|rest| rest.split("</").next());
    let rules: usize = sheets.map(|css| css.bytes().filter(|b| matches!(b, b'{' | b',')).count()).sum();
    if rules.saturating_mul(tags) > MAX_MATCHES {
        let fault = format!("it has {rules} style rules for {tags} tags");
        return Err(MarkupFault::new((1, 1), "markup_size", fault, "keep style sheets short"));
    }
    Ok(())
}

/// Runs a converter that reads what strangers wrote: a panic in it is a fault of the source.
fn guarded<T>(run: impl FnOnce() -> Result<T, MarkupFault>) -> Result<T, MarkupFault> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(MarkupFault::new((1, 1), "markup_size", "this cannot be converted", "look for elements that are not closed"))
    })
}

#[cfg(test)]
mod tests;
