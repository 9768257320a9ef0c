//! What is one recipient's own: their language and values. Who lacks a value the mail prints is found here, before anything is stored.

use std::collections::BTreeSet;

use jebi_domain::{
    content::{Fill, MAX_PERSONAL, Missing, Personal},
    message::Mailbox,
    refusal::Fault,
    template,
};
use serde_json::{Map, Value};

/// Longest tag of a language, in bytes (RFC 5646, section 4.4.1).
const MAX_LANGUAGE: usize = 35;

/// What a message asks of its recipients.
pub(super) struct Wants {
    /// Values for all, over the defaults.
    shared: Map<String, Value>,
    /// Whether a value that is missing prints nothing.
    gaps: bool,
    /// The languages of the message, its own first, each with the variables it prints, as paths.
    languages: Vec<(String, Vec<Path>)>,
}

/// A variable that is printed.
struct Path {
    /// As the template has it: `order.number`.
    text: String,
    /// Whether the message itself gives it.
    is_shared: bool,
}

impl Wants {
    pub(super) fn new(fill: &Fill, shared: &Map<String, Value>) -> Self {
        let mut all = fill.defaults.clone();
        all.extend(shared.iter().map(|(name, value)| (name.clone(), value.clone())));
        Self { shared: all, gaps: fill.missing == Missing::Empty, languages: Vec::new() }
    }

    /// Whether nothing can be missing.
    pub(super) fn takes_gaps(&self) -> bool {
        self.gaps
    }

    /// Adds what one language prints.
    pub(super) fn add(&mut self, language: &str, variables: BTreeSet<String>) {
        let path = |text: String| Path { is_shared: is_there(&self.shared, &text), text };
        let paths = variables.into_iter().map(path).collect();
        self.languages.push((language.to_owned(), paths));
    }

    /// What the mail prints and nobody gives for this recipient.
    fn missing(&self, own: Option<&Personal>, name: Option<&str>) -> Vec<&str> {
        let wanted = own.and_then(|own| own.language.as_deref());
        let tags = self.languages.iter().map(|(tag, _)| tag.as_str());
        let place = wanted.and_then(|wanted| template::lookup(wanted, tags)).unwrap_or(0);
        let Some((_, paths)) = self.languages.get(place) else { return Vec::new() };
        let lacks = |path: &&Path| {
            let root = path.text.split('.').next().unwrap_or_default();
            match own.filter(|own| own.variables.contains_key(root)) {
                // Their own goes before the message's, whole.
                Some(own) => !is_there(&own.variables, &path.text),
                None => !path.is_shared && !(root == "name" && name.is_some()),
            }
        };
        paths.iter().filter(lacks).map(|path| path.text.as_str()).collect()
    }

    /// Checks that nothing is missing for a recipient.
    ///
    /// # Errors
    /// All that is.
    pub(super) fn check(&self, own: Option<&Personal>, mailbox: &Mailbox, field: impl Fn() -> String) -> Result<(), Fault> {
        let missing = self.missing(own, mailbox.name.as_deref());
        if missing.is_empty() { Ok(()) } else { Err(missing_fault(field(), &missing)) }
    }

    /// Checks that nothing is missing where all recipients get the same.
    ///
    /// # Errors
    /// All that is.
    pub(super) fn check_shared(&self, named: bool, field: impl Fn() -> String) -> Result<(), Fault> {
        let missing = self.missing(None, named.then_some(""));
        if missing.is_empty() { Ok(()) } else { Err(missing_fault(field(), &missing)) }
    }
}

fn missing_fault(field: String, missing: &[&str]) -> Fault {
    let fault = format!("the mail prints {}, which nobody gives", missing.join(", "));
    let remedy = "give a value in the recipient's variables or the message's, or write {{ … | default(\"…\") }}";
    Fault::new(field, "missing_variables", fault, remedy)
}

/// Whether a path leads to something, as far as that is certain: what only the engine can tell counts as there.
fn is_there(variables: &Map<String, Value>, path: &str) -> bool {
    let mut steps = path.split('.');
    let Some(mut value) = steps.next().and_then(|root| variables.get(root)) else { return false };
    for step in steps {
        let Value::Object(object) = value else { return true };
        let Some(next) = object.get(step) else { return false };
        value = next;
    }
    true
}

/// What is a recipient's own, to be stored with their copy.
///
/// # Errors
/// No language tag; too much.
pub(super) fn stored(own: &Personal, field: impl Fn() -> String) -> Result<Option<Box<str>>, Fault> {
    if let Some(tag) = &own.language {
        language(tag, || format!("{}.language", field()))?;
    }
    if own.language.is_none() && own.variables.is_empty() {
        return Ok(None);
    }
    // Only maps with other keys than texts cannot be written.
    let text = serde_json::to_string(own).expect("a map of texts is JSON");
    if text.len() > MAX_PERSONAL {
        let fault = format!("what is this recipient's own is {} bytes of JSON; at most {MAX_PERSONAL} are taken", text.len());
        let remedy = "leave out what the mail does not show, or put what all recipients share into the message's variables";
        return Err(Fault::new(format!("{}.variables", field()), "variables_too_large", fault, remedy));
    }
    Ok(Some(text.into_boxed_str()))
}

/// Checks the tag of a language: its form only (RFC 5646), as `ko`, `en-US`, `zh-Hant`.
///
/// # Errors
/// It has another form.
pub(super) fn language(tag: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    let mut parts = tag.split('-');
    let primary = parts.next().is_some_and(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if primary && rest && tag.len() <= MAX_LANGUAGE {
        return Ok(());
    }
    Err(Fault::new(field(), "invalid_language", format!("{tag:?} is not a language tag"), "give a tag such as ko, en or en-US (BCP 47)"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    fn wants(shared: Value, printed: &[(&str, &[&str])]) -> Wants {
        let mut wants = Wants::new(&Fill { defaults: map(json!({"shop": "제비"})), ..Fill::default() }, &map(shared));
        printed.iter().for_each(|(tag, all)| wants.add(tag, all.iter().map(|one| (*one).to_owned()).collect()));
        wants
    }

    fn own(language: Option<&str>, variables: Value) -> Personal {
        Personal { language: language.map(str::to_owned), variables: map(variables) }
    }

    #[test]
    fn everything_missing_is_named_and_nothing_else() {
        let wants = wants(json!({"event": {"at": "오늘"}}), &[("ko", &["coupon", "event.at", "event.place", "name", "shop"])]);
        assert_eq!(wants.missing(None, None), ["coupon", "event.place", "name"]);
        assert_eq!(wants.missing(None, Some("홍길동")), ["coupon", "event.place"]);
        let whole = own(None, json!({"coupon": "K-1", "event": {"at": 1, "place": 2}, "name": "홍"}));
        assert_eq!(wants.missing(Some(&whole), None), Vec::<&str>::new());
        let part = own(None, json!({"coupon": null, "event": {"place": "서울"}}));
        assert_eq!(wants.missing(Some(&part), Some("홍")), ["event.at"], "their own goes before the message's, whole");
        let list = own(None, json!({"coupon": 1, "event": ["a"]}));
        assert_eq!(wants.missing(Some(&list), Some("홍")), Vec::<&str>::new(), "what a list answers is the engine's to say");
    }

    #[test]
    fn only_what_the_recipients_language_prints_is_asked_for() {
        let wants = wants(json!({}), &[("ko", &["coupon"]), ("en", &["voucher"])]);
        assert_eq!(wants.missing(Some(&own(Some("en-GB"), json!({"voucher": 1}))), None), Vec::<&str>::new());
        assert_eq!(wants.missing(Some(&own(Some("en"), json!({"coupon": 1}))), None), ["voucher"]);
        assert_eq!(wants.missing(Some(&own(Some("ja"), json!({}))), None), ["coupon"], "the message's own language");
    }

    #[test]
    fn what_is_stored_is_bounded_and_has_a_language_tag() {
        let field = || "r".to_owned();
        assert_eq!(stored(&own(None, json!({})), field), Ok(None));
        let kept = stored(&own(Some("ko"), json!({"a": "홍길동"})), field).unwrap().unwrap();
        assert_eq!(&*kept, r#"{"language":"ko","variables":{"a":"홍길동"}}"#);
        let large = own(None, json!({"a": "x".repeat(MAX_PERSONAL)}));
        assert_eq!(stored(&large, field).unwrap_err().code, "variables_too_large");
        assert_eq!(stored(&own(Some("한국어"), json!({})), field).unwrap_err().field, "r.language");
        for good in ["ko", "en-US", "zh-Hant-TW"] {
            assert_eq!(language(good, field), Ok(()), "{good}");
        }
        for bad in ["", "k", "ko_KR", "ko-", "한국어", "a-language-tag-that-is-much-too-long"] {
            assert!(language(bad, field).is_err(), "{bad:?}");
        }
    }
}
