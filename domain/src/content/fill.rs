//! How a message's subject and bodies are filled in for each recipient.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most bytes of what is one recipient's own, as JSON.
pub const MAX_PERSONAL: usize = 16 << 10;
/// Most bytes of the values a message has for all its recipients, as JSON.
pub const MAX_VARIABLES: usize = 64 << 10;

/// How fields are written in subject and bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    /// Jinja: `{{ name }}`, `{% if … %}`, filters, inheritance; the HTML is escaped by itself.
    #[default]
    Jinja,
    /// Only `{name}` for a variable that is there; every other brace stays as it is (requirement S4-1).
    Braces,
}

/// What printing an undefined variable does. In conditions and loops it is false and empty (requirement S0-9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The mail is not sent, and its reason names every variable that is missing.
    #[default]
    Error,
    /// Nothing is printed.
    Empty,
}

/// What is needed to fill in a message without asking anybody: a template published later changes nothing that was accepted before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    pub syntax: Syntax,
    pub missing: Missing,
    /// Language of the subject and bodies in the content itself, as a BCP 47 tag (`ko`, `en-US`); empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Language of those who want none, or one it is not in: their sender's, as a BCP 47 tag. Empty for that of the content itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub default_language: String,
    /// Subject and bodies in other languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Templates these extend or include, by the name they are called by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, String>,
    /// Values of variables that neither the message nor the recipient gives.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub defaults: serde_json::Map<String, serde_json::Value>,
    /// Name and version of the stored template it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<(String, u32)>,
}

impl Fill {
    /// About what its sources and defaults hold in memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let variants: usize = self.variants.iter().map(Variant::bytes).sum();
        let parts: usize = self.parts.iter().map(|(name, source)| name.len() + source.len()).sum();
        let defaults: usize = self.defaults.iter().map(|(name, value)| name.len() + held(value)).sum();
        variants + parts + defaults
    }
}

impl Variant {
    fn bytes(&self) -> usize {
        let body = |body: &Option<String>| body.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.subject.len() + body(&self.text) + body(&self.html)
    }
}

/// About what a value holds in memory, in bytes.
fn held(value: &serde_json::Value) -> usize {
    let below = match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(all) => all.iter().map(held).sum(),
        serde_json::Value::Object(all) => all.iter().map(|(name, value)| name.len() + held(value)).sum(),
        _ => 0,
    };
    size_of::<serde_json::Value>() + below
}

/// The same message in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// BCP 47 tag.
    pub language: String,
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// What is one recipient's own. Stored with the delivery as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// BCP 47 tag of the language the mail is wanted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Values for this recipient; they go before the message's.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub variables: serde_json::Map<String, serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_source_and_default_counts() {
        let variant =
            |text: &str| Variant { language: "en".into(), subject: "x".repeat(10), text: Some(text.into()), html: Some("x".repeat(1_000)) };
        let of = |text: &str, part: &str, value: serde_json::Value| {
            let parts = [("base.html".to_owned(), part.to_owned())].into();
            let defaults = [("event".to_owned(), value)].into_iter().collect();
            Fill { variants: vec![variant(text); 2], parts, defaults, ..Fill::default() }.bytes()
        };
        let least = of("", "", json!(null));
        assert!((2_020..2_500).contains(&least), "{least}");
        assert_eq!(of("가", "", json!(null)), least + 6, "in each language");
        assert_eq!(of("", "12345", json!(null)), least + 5);
        assert_eq!(of("", "", json!("12345")), least + 5);
        assert!(of("", "", json!({"a": ["12345", "12345"]})) > least + 11);
        assert_eq!(Fill::default().bytes(), 0);
    }
}
