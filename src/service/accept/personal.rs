//! What is one recipient's own: their language and values. Who lacks a value the mail prints is found here, before anything is stored.

use std::collections::BTreeSet;

use jebi_domain::{
    content::{Fill, MAX_PERSONAL, Missing, Personal},
    message::Mailbox,
    preflight::Warning,
    refusal::Fault,
    template,
    template_record::{Variable, VariableType, check_language, matches},
};
use serde_json::{Map, Value};

/// What a message asks of its recipients.
pub(super) struct Wants {
    /// Values for all, over the defaults.
    shared: Map<String, Value>,
    /// Whether a value that is missing prints nothing.
    gaps: bool,
    /// As the template's author describes them.
    described: Vec<Variable>,
    /// Language of those who want none of the message's, where their sender has one.
    standard: String,
    /// The languages of the message, its own first, each with the variables a recipient must have, as paths.
    languages: Vec<(String, Vec<Path>)>,
    /// Where a value that is missing prints nothing: what is printed and the message itself does not give.
    open: BTreeSet<String>,
    /// The link to refuse more mail by is printed, and the message gives none itself.
    prints_link: bool,
    /// The recipients' values are texts out of a table.
    pub texts: bool,
}

/// What templates know that link as.
const LINK: &str = "unsubscribe_url";

/// Recipients looked at for what prints nothing.
const LOOKED_AT: usize = 50;

/// A variable that must be there.
struct Path {
    /// As the template has it: `order.number`.
    text: String,
    /// Whether the message itself gives it.
    is_shared: bool,
}

impl Wants {
    pub(super) fn new(fill: &Fill, shared: &Map<String, Value>, described: &[Variable]) -> Self {
        let mut all = fill.defaults.clone();
        all.extend(shared.iter().map(|(name, value)| (name.clone(), value.clone())));
        let gaps = fill.missing == Missing::Empty;
        let (standard, described) = (fill.default_language.clone(), described.to_vec());
        let (languages, open) = (Vec::new(), BTreeSet::new());
        Self { shared: all, gaps, described, standard, languages, open, prints_link: false, texts: false }
    }

    /// Adds what one language prints, and what the template cannot do without.
    pub(super) fn add(&mut self, language: &str, mut variables: BTreeSet<String>) {
        // Whether there is one is known only when its list is.
        self.prints_link |= variables.remove(LINK) && !is_there(&self.shared, LINK);
        if self.gaps {
            self.open.extend(std::mem::take(&mut variables).into_iter().filter(|path| !is_there(&self.shared, path)));
        }
        variables.extend(self.described.iter().filter(|one| one.required && one.name != LINK).map(|one| one.name.clone()));
        let path = |text: String| Path { is_shared: is_there(&self.shared, &text), text };
        let paths = variables.into_iter().map(path).collect();
        self.languages.push((language.to_owned(), paths));
    }

    /// Warns of what prints nothing for one of the first recipients; nobody is refused for it. `own` is what is theirs, as a draft has it.
    pub(super) fn unfilled(&self, own: &[Option<Box<str>>], field: impl Into<String>) -> Option<Warning> {
        if self.open.is_empty() {
            return None;
        }
        let own = own
            .iter()
            .take(LOOKED_AT)
            .map(|own| own.as_deref().and_then(|own| serde_json::from_str::<Personal>(own).ok()).unwrap_or_default());
        // A draft has nothing of anybody's where nobody gave anything.
        let own: Vec<Personal> = if own.len() == 0 { vec![Personal::default()] } else { own.collect() };
        let lacks = |path: &&String| **path != "name" && own.iter().any(|one| !is_there(&one.variables, path));
        let names: Vec<&str> = self.open.iter().filter(lacks).map(String::as_str).collect();
        let warning = format!("variables the mail prints and not everybody has: {}; nothing stands in their place", names.join(", "));
        (!names.is_empty()).then(|| Warning::new(field, "variables_missing", warning, "give them, or a default where each is printed"))
    }

    /// What is wrong when a mail prints the link to refuse more by and has none: a fault, or, where what is missing prints nothing, something
    /// its sender should know. `own` is what is the recipients' own, as a draft has it.
    ///
    /// # Errors
    /// It cannot be sent.
    pub(super) fn link(&self, there: bool, own: &[Option<Box<str>>], field: impl FnOnce() -> String) -> Result<Option<Warning>, Fault> {
        let gives = |own: &Option<Box<str>>| {
            let own = own.as_deref().and_then(|own| serde_json::from_str::<Personal>(own).ok());
            own.is_some_and(|own| is_there(&own.variables, LINK))
        };
        if there || !self.prints_link || (!own.is_empty() && own.iter().all(gives)) {
            return Ok(None);
        }
        let fault = "the mail prints unsubscribe_url and has no unsubscribe link";
        let remedy = "send it in the lane bulk or give list.unsubscribe, give the variable, or print it within an if";
        let fault = Fault::new(field(), "no_unsubscribe_link", fault, remedy);
        if self.gaps { Ok(Some(fault.into())) } else { Err(fault) }
    }

    /// Checks that values are of the types the template describes.
    ///
    /// # Errors
    /// All that are not.
    pub(super) fn typed(&self, variables: &Map<String, Value>, field: impl Fn() -> String) -> Result<(), Fault> {
        let wrong = |one: &&Variable| variables.get(&one.name).is_some_and(|value| !matches(one.kind, value));
        let wrong: Vec<String> = self.described.iter().filter(wrong).map(|one| format!("{} ({})", one.name, one.kind.as_str())).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let fault = format!("these are not of the type the template describes: {}", wrong.join(", "));
        Err(Fault::new(field(), "wrong_variable_type", fault, "give values of those types"))
    }

    /// Reads numbers and truth values out of a table's texts, where the template describes them so.
    fn read_texts(&self, own: &mut Personal) {
        for one in &self.described {
            let Some(value) = own.variables.get_mut(&one.name) else { continue };
            let read = value.as_str().and_then(|text| match one.kind {
                VariableType::Number => text.parse::<serde_json::Number>().ok().map(Value::Number),
                VariableType::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
                VariableType::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
                _ => None,
            });
            if let Some(read) = read {
                *value = read;
            }
        }
    }

    /// What the mail prints and nobody gives for this recipient.
    fn missing(&self, own: Option<&Personal>, name: Option<&str>) -> Vec<&str> {
        let wanted = own.and_then(|own| own.language.as_deref());
        let tags = self.languages.iter().map(|(tag, _)| tag.as_str());
        let place = template::choose(wanted, &self.standard, tags);
        let Some((_, paths)) = self.languages.get(place) else { return Vec::new() };
        let lacks = |path: &&Path| {
            let root = path.text.split('.').next().unwrap_or_default();
            match own.filter(|own| own.variables.contains_key(root)) {
                // Their own goes before the message's, whole.
                Some(own) => !is_there(&own.variables, &path.text),
                None => !(path.is_shared || root == "name" && name.is_some()),
            }
        };
        paths.iter().filter(lacks).map(|path| path.text.as_str()).collect()
    }

    /// Checks that nothing is missing for a recipient, and nothing of another type than described.
    ///
    /// # Errors
    /// All that is.
    pub(super) fn check(&self, own: Option<&mut Personal>, mailbox: &Mailbox, field: impl Fn() -> String) -> Result<(), Fault> {
        let own = match own {
            Some(own) => {
                if self.texts {
                    self.read_texts(own);
                }
                self.typed(&own.variables, &field)?;
                Some(&*own)
            }
            None => None,
        };
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
    let fault = format!("it needs a value for {}, which nobody gives", missing.join(", "));
    let remedy = "give a value in the recipient's variables or the message's, or let the template have a default";
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
        check_language(&format!("{}.language", field()), tag)?;
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tables of tests read better without borrows")]
    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    fn wants(shared: Value, printed: &[(&str, &[&str])]) -> Wants {
        let mut wants = Wants::new(&Fill { defaults: map(json!({"shop": "제비"})), ..Fill::default() }, &map(shared), &[]);
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
    }

    #[test]
    fn values_are_held_to_what_the_template_describes() {
        let described = |name: &str, kind, required| Variable { name: name.into(), kind, required, ..Variable::default() };
        let all = [described("n", VariableType::Number, true), described("yes", VariableType::Boolean, false)];
        let mut wants = Wants::new(&Fill { missing: Missing::Empty, ..Fill::default() }, &Map::new(), &all);
        wants.add("", ["printed".to_owned()].into());
        let (field, mailbox) = (|| "r".to_owned(), Mailbox { email: "a@b.kr".into(), name: None });
        let check = |wants: &Wants, variables| {
            wants.check(Some(&mut own(None, variables)), &mailbox, field).map_err(|fault| (fault.code, fault.fault))
        };
        assert_eq!(check(&wants, json!({"n": 1})), Ok(()));
        let missing = "it needs a value for n, which nobody gives".to_owned();
        assert_eq!(check(&wants, json!({})), Err(("missing_variables", missing)));
        let wrong = "these are not of the type the template describes: n (number), yes (boolean)".to_owned();
        assert_eq!(check(&wants, json!({"n": "1", "yes": 0})), Err(("wrong_variable_type", wrong)));
        wants.texts = true;
        let mut table = own(None, json!({"n": "12.50", "yes": "TRUE", "other": "1"}));
        assert_eq!(wants.check(Some(&mut table), &mailbox, field), Ok(()));
        assert_eq!(json!(table.variables), json!({"n": 12.5, "yes": true, "other": "1"}));
        assert_eq!(check(&wants, json!({"n": "열둘"})).unwrap_err().0, "wrong_variable_type");
    }
}
