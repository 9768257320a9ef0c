//! Whether a source hangs together. What its template language says is the engine's to check.

use std::collections::BTreeSet;

use super::{Source, SourceVariant, TemplateKind, check_language, check_variables};
use crate::{message::MAX_SUBJECT, refusal::Fault};

/// Most bytes of all subjects and bodies of a template together.
pub const MAX_SOURCE: usize = 1 << 20;
/// Most languages of a template.
const MAX_VARIANTS: usize = 50;

/// Every fault of a source, by its path in it.
#[must_use]
pub fn check(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    let bytes: usize = source.variants.iter().map(size).sum();
    if bytes > MAX_SOURCE {
        let fault = format!("its texts have {bytes} bytes together; a template has at most {MAX_SOURCE}");
        faults.push(Fault::new(
            "variants",
            "template_too_large",
            fault,
            "put images and the like elsewhere, and split off what others use",
        ));
    }
    match source.kind {
        TemplateKind::Mail => check_mail(source, &mut faults),
        TemplateKind::Part => check_part(source, &mut faults),
    }
    check_variables(&source.variables, &mut faults);
    faults
}

fn size(variant: &SourceVariant) -> usize {
    let SourceVariant { subject, html, mjml, text, .. } = variant;
    [subject, html, mjml, text].into_iter().flatten().map(String::len).sum()
}

fn check_mail(source: &Source, faults: &mut Vec<Fault>) {
    faults.extend(check_language("language", &source.language).err());
    if source.variants.is_empty() || source.variants.len() > MAX_VARIANTS {
        let fault = format!("a template has 1 to {MAX_VARIANTS} languages");
        faults.push(Fault::new("variants", "invalid_variants", fault, "give a variant with language, subject and html for each language"));
        return;
    }
    if source.main().is_none() {
        let fault = format!("there is no variant in the default language {:?}", source.language);
        faults.push(Fault::new("language", "invalid_variants", fault, "add one, or name the language of another as the default"));
    }
    let mut seen = BTreeSet::new();
    for (i, variant) in source.variants.iter().enumerate() {
        let field = |name: &str| format!("variants[{i}].{name}");
        faults.extend(check_language(&field("language"), &variant.language).err());
        if !seen.insert(variant.language.to_ascii_lowercase()) {
            let fault = format!("there are two variants in {:?}", variant.language);
            faults.push(Fault::new(field("language"), "invalid_variants", fault, "give one for each language"));
        }
        check_subject(&field("subject"), variant.subject.as_deref().unwrap_or_default(), faults);
        if variant.html.is_none() && variant.mjml.is_none() && variant.text.is_none() {
            let remedy = "give html, mjml or text; the text is made from the HTML when missing";
            faults.push(Fault::new(format!("variants[{i}]"), "missing_body", "the variant has no body", remedy));
        }
        if variant.html.is_some() && variant.mjml.is_some() {
            let fault = "html and mjml are both given";
            faults.push(Fault::new(field("mjml"), "html_and_mjml", fault, "give one of them: MJML becomes the HTML"));
        }
    }
}

fn check_subject(field: &str, subject: &str, faults: &mut Vec<Fault>) {
    if subject.trim().is_empty() {
        faults.push(Fault::new(field, "missing_subject", "the variant has no subject", "give one of 1 to 998 characters"));
    } else if subject.chars().count() > MAX_SUBJECT {
        faults.push(Fault::new(field, "too_long", "the subject is longer than 998 characters", "shorten it"));
    } else if subject.chars().any(char::is_control) {
        faults.push(Fault::new(field, "control_character", "the subject holds a line break or another control character", "take it out"));
    }
}

fn check_part(source: &Source, faults: &mut Vec<Fault>) {
    let bodies = |one: &SourceVariant| [&one.html, &one.mjml, &one.text].into_iter().flatten().count();
    let has_one = matches!(source.variants.as_slice(), [one] if one.language.is_empty() && bodies(one) == 1);
    if !source.language.is_empty() || !has_one {
        let remedy = "give one variant without a language and with one of html, mjml and text; languages belong to the mails that use it";
        faults.push(Fault::new("variants", "invalid_variants", "a part has exactly one body and no language", remedy));
    }
    if source.variants.iter().any(|one| one.subject.is_some()) {
        faults.push(Fault::new("variants[0].subject", "part_with_subject", "a part has no subject", "leave it out, or make it a mail"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template_record::{Variable, VariableType};

    fn mail() -> Source {
        let variant = |language: &str| SourceVariant {
            language: language.into(),
            subject: Some("환영합니다".into()),
            html: Some("<p>{{ name }}</p>".into()),
            ..SourceVariant::default()
        };
        Source { language: "ko".into(), variants: vec![variant("ko"), variant("en")], ..Source::default() }
    }

    fn part() -> Source {
        let body = SourceVariant { html: Some("<p></p>".into()), ..SourceVariant::default() };
        Source { kind: TemplateKind::Part, variants: vec![body], ..Source::default() }
    }

    /// The fields and codes of what is wrong after a change.
    fn wrong(mut source: Source, change: impl FnOnce(&mut Source)) -> Vec<(String, &'static str)> {
        change(&mut source);
        check(&source).into_iter().map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn what_hangs_together_has_no_fault() {
        assert_eq!(wrong(mail(), |_| {}), []);
        assert_eq!(wrong(part(), |_| {}), []);
        assert_eq!(mail().main().map(|one| one.language.as_str()), Some("ko"));
    }

    #[test]
    fn every_fault_of_a_mail_is_named_by_its_place() {
        let at = |field: &str, code| vec![(field.to_owned(), code)];
        assert_eq!(wrong(mail(), |s| s.language = "fr".into()), at("language", "invalid_variants"));
        assert_eq!(wrong(mail(), |s| s.variants[1].language = "KO".into()), at("variants[1].language", "invalid_variants"));
        assert_eq!(wrong(mail(), |s| s.variants[1].subject = None), at("variants[1].subject", "missing_subject"));
        assert_eq!(wrong(mail(), |s| s.variants[0].subject = Some("a\r\nBcc: b".into())), at("variants[0].subject", "control_character"));
        assert_eq!(wrong(mail(), |s| s.variants[0].subject = Some("가".repeat(999))), at("variants[0].subject", "too_long"));
        assert_eq!(wrong(mail(), |s| s.variants[0].html = None), at("variants[0]", "missing_body"));
        assert_eq!(wrong(mail(), |s| s.variants[0].mjml = Some("<mjml/>".into())), at("variants[0].mjml", "html_and_mjml"));
        assert_eq!(wrong(mail(), |s| s.variants[0].text = Some("a".repeat(MAX_SOURCE))), at("variants", "template_too_large"));
        assert_eq!(wrong(mail(), |s| s.variants.clear()), at("variants", "invalid_variants"));
        assert_eq!(wrong(mail(), |s| s.language = "한국어".into()).len(), 2, "the tag and that there is no such variant");
    }

    #[test]
    fn a_part_is_one_body_without_subject_and_language() {
        let at = |field: &str, code| vec![(field.to_owned(), code)];
        assert_eq!(wrong(part(), |s| s.variants[0].subject = Some("s".into())), at("variants[0].subject", "part_with_subject"));
        assert_eq!(wrong(part(), |s| s.variants[0].language = "ko".into()), at("variants", "invalid_variants"));
        assert_eq!(wrong(part(), |s| s.variants[0].text = Some("t".into())), at("variants", "invalid_variants"));
        assert_eq!(wrong(part(), |s| s.variants.clear()), at("variants", "invalid_variants"));
    }

    #[test]
    fn variables_are_checked_with_the_source() {
        let bad = Variable { name: "1".into(), kind: VariableType::Text, ..Variable::default() };
        assert_eq!(wrong(mail(), |s| s.variables = vec![bad]), [("variables[0].name".to_owned(), "invalid_variable")]);
    }
}
