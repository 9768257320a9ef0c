//! The last step before mail is made of a template: one source of it and its parts, style sheets put into the elements, the text part made
//! of the HTML. Once for a template, not for its mails: it takes up to some hundred milliseconds.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    content::{Fill, Syntax},
    refusal::Fault,
    template::{self, TemplateFault, derive_text, flatten, html_label},
    template_record::references,
};

use super::Resolved;
use crate::markup;

/// What one language of a template prints without anything that stands in for it, as dotted paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    pub language: String,
    pub subject: BTreeSet<String>,
    pub bodies: BTreeSet<String>,
}

/// A template as mail is made of it; and what its author should know.
pub(super) fn finish(mut whole: Resolved) -> (Resolved, Vec<Fault>) {
    let mut apart = None;
    let Resolved { fill, text, html, .. } = &mut whole;
    if fill.syntax == Syntax::Jinja {
        let Fill { variants, parts, .. } = fill;
        let own = std::iter::once((html_label(""), html, text));
        let others = variants.iter_mut().map(|one| (html_label(&one.language), &mut one.html, &mut one.text));
        for (label, html, text) in own.chain(others) {
            let Some(html) = html else { continue };
            match body(&label, html, parts) {
                Ok(made) => *html = made,
                Err(why) => {
                    *html = alone(html);
                    apart = Some(why);
                }
            }
            if text.is_none() {
                *text = derive_text(html);
            }
        }
        if apart.is_some() {
            parts.values_mut().for_each(|part| *part = alone(part));
        }
        drop_unused(&mut whole);
    }
    let warnings = apart.filter(|_| has_styles(&whole)).map(|why| {
        let fault = format!("the style sheets of its parts are not put into its elements: {why}");
        Fault::new("variants", "styles_not_inlined", fault, "change that, or write the styles into the elements")
    });
    whole.needs = needs(&whole);
    (whole, warnings.into_iter().collect())
}

/// HTML with its parts in it and the rules of style sheets in its elements.
pub(super) fn body(label: &str, html: &str, parts: &BTreeMap<String, String>) -> Result<String, String> {
    let flat = flatten(label, html, parts).map_err(|why| why.to_string())?;
    let made = markup::inline_css(&flat).map_err(|wrong| wrong.fault)?;
    // What comes out is read once more: a mail must never fail because of what was done here.
    template::check(&Fill::default(), "", None, Some(&made)).map_err(|wrong| wrong.fault)?;
    Ok(made)
}

/// The same of a source that stays apart from its parts.
fn alone(html: &str) -> String {
    // Its style sheets were read when it was published.
    markup::inline_css(html).unwrap_or_else(|_| html.to_owned())
}

fn has_styles(whole: &Resolved) -> bool {
    let variants = whole.fill.variants.iter().filter_map(|one| one.html.as_ref());
    whole.html.iter().chain(variants).chain(whole.fill.parts.values()).any(|html| html.contains("<style"))
}

/// Parts that are in the HTML itself by now are needed no more, unless the text or a subject uses them too.
fn drop_unused(whole: &mut Resolved) {
    let own = [Some(&whole.subject), whole.text.as_ref(), whole.html.as_ref()];
    let others = whole.fill.variants.iter().flat_map(|one| [Some(&one.subject), one.text.as_ref(), one.html.as_ref()]);
    let mut next: Vec<String> = own.into_iter().chain(others).flatten().flat_map(|source| references(source)).collect();
    let mut used = BTreeSet::new();
    while let Some(name) = next.pop() {
        if let Some(part) = whole.fill.parts.get(&name)
            && used.insert(name)
        {
            next.extend(references(part));
        }
    }
    whole.fill.parts.retain(|name, _| used.contains(name));
}

/// What each language prints, its own first.
fn needs(whole: &Resolved) -> Result<Vec<Needs>, TemplateFault> {
    let fill = Fill { variants: Vec::new(), ..whole.fill.clone() };
    // Each language by itself: nobody is refused for what only another language prints.
    let of = |language: &str, subject: &str, text: Option<&str>, html: Option<&str>| {
        let subject = template::check(&fill, subject, None, None)?.variables;
        let bodies = template::check(&fill, "", text, html)?.variables;
        Ok(Needs { language: language.to_owned(), subject, bodies })
    };
    let own = of(&whole.fill.language, &whole.subject, whole.text.as_deref(), whole.html.as_deref());
    let others = whole.fill.variants.iter().map(|one| of(&one.language, &one.subject, one.text.as_deref(), one.html.as_deref()));
    std::iter::once(own).chain(others).collect()
}
