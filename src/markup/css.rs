//! Style sheets into `style` attributes, because many mail programs drop the sheets.

use css_inline::{CSSInliner, InlineError, InlineOptions};
use jebi_domain::template::{Between, Shield};

use super::{MarkupFault, bounded, guarded};

/// Puts the rules of `<style>` into the elements they are for. The sheets stay, because of media queries and dark mode; so do
/// conditional comments. Nothing is fetched: `<link>` stays as it is. A sheet with `{% … %}` in it stays as it is too. A source
/// without `<html>` stays one.
///
/// # Errors
/// CSS that cannot be read, a source that is too large, or a tag of the template language that would be lost.
pub fn inline_css(html: &str) -> Result<String, MarkupFault> {
    bounded(html)?;
    if !contains(html, "<style") {
        return Ok(html.to_owned());
    }
    let shield = Shield::over(html, Between::Comment)?;
    let options = InlineOptions { keep_style_tags: true, keep_link_tags: true, load_remote_stylesheets: false, ..InlineOptions::default() };
    let inliner = CSSInliner::new(options);
    let whole = contains(html, "<html") || contains(html, "<body");
    let made = guarded(|| {
        let made = if whole { inliner.inline(shield.shielded()) } else { inliner.inline_fragment(shield.shielded(), "") };
        made.map_err(|error| {
            let what = match error {
                InlineError::ParseError(what) => what.into_owned(),
                other => other.to_string(),
            };
            let style = shield.shielded().to_ascii_lowercase().find("<style").unwrap_or_default();
            MarkupFault::new(shield.original(style), "css_syntax", format!("a style sheet cannot be read: {what}"), "correct its rules")
        })
    })?;
    Ok(shield.restore(&made)?)
}

fn contains(html: &str, tag: &str) -> bool {
    html.as_bytes().windows(tag.len()).any(|found| found.eq_ignore_ascii_case(tag.as_bytes()))
}
