//! What templates are filled in and made ready with.

use jebi_domain::content::{Content, Fill};
pub(super) use jebi_domain::template::{Checked, Rendered, TemplateFault};
use jebi_domain::{message::Mailbox, outcome::Reason};

pub(super) struct MarkupFault {
    pub place: Option<(usize, usize)>,
    pub fault: String,
    pub remedy: String,
}

pub(super) fn check(_: &Fill, _: &str, _: Option<&str>, _: Option<&str>) -> Result<Checked, TemplateFault> {
    Ok(Checked::default())
}

pub(super) fn html_of_mjml(mjml: &str) -> Result<String, MarkupFault> {
    Ok(mjml.to_owned())
}

pub(super) fn inlined(html: &str, _: &str) -> Result<String, MarkupFault> {
    Ok(html.to_owned())
}

pub(super) fn style_sheets(_: &str) -> Vec<String> {
    Vec::new()
}

pub(super) fn text_of(_: &str) -> Option<String> {
    None
}

pub(super) fn render(content: &Content, _: Option<&str>, _: &Mailbox) -> Result<Rendered, Reason> {
    let (subject, text, html) = (content.subject.clone(), content.text.clone(), content.html.clone());
    Ok(Rendered { subject, text, html, language: String::new() })
}
