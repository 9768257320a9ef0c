//! The other syntax: only `{name}` of a variable that is given is replaced; every other brace stays (requirement S4-1).

use minijinja::Value;

use super::{filters::escaped, values::printed};

/// A source, cut at what may be a name in braces.
#[derive(Debug)]
pub(super) struct Braces {
    /// Text, then a name, then text and so on; the names without their braces.
    pieces: Vec<(String, Option<String>)>,
}

impl Braces {
    pub fn read(source: &str) -> Self {
        let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
        while let Some(open) = source[at..].find('{').map(|i| at + i) {
            let rest = &source[open + 1..];
            let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
            if length > 0 && rest[length..].starts_with('}') {
                pieces.push((source[from..open].to_owned(), Some(rest[..length].to_owned())));
                from = open + length + 2;
                at = from;
            } else {
                at = open + 1;
            }
        }
        pieces.push((source[from..].to_owned(), None));
        Self { pieces }
    }

    /// What may be names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|(_, name)| name.as_deref())
    }

    /// What stands between the names, and before the first and behind the last.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|(text, _)| text.as_str())
    }

    /// The text with every name replaced that `value` knows; `None` where it would be longer than `most` bytes.
    pub fn fill(&self, value: impl Fn(&str) -> Option<Value>, html: bool, most: usize) -> Option<String> {
        let mut out = String::new();
        for (text, name) in &self.pieces {
            out.push_str(text);
            let Some(name) = name else { continue };
            match value(name) {
                Some(value) if html => out.push_str(&escaped(&printed(&value))),
                Some(value) => out.push_str(&printed(&value)),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            if out.len() > most {
                return None;
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(source: &str, html: bool) -> String {
        let value = |name: &str| match name {
            "username" => Some(Value::from("홍<길동>")),
            "이름" => Some(Value::from("{username}")),
            _ => None,
        };
        Braces::read(source).fill(value, html, 1_000).unwrap()
    }

    #[test]
    fn only_names_that_are_given_are_replaced() {
        assert_eq!(
            fill("{username}님, {other} {} { username } {{username}} {이름}{", false),
            "홍<길동>님, {other} {} { username } {홍<길동>} {username}{"
        );
        assert_eq!(fill("a{color:red}", false), "a{color:red}");
        assert_eq!(fill("{username}", true), "홍&lt;길동&gt;");
        assert_eq!(fill("", false), "");
    }

    #[test]
    fn a_text_that_grows_too_long_is_none() {
        assert_eq!(Braces::read("{a}{a}").fill(|_| Some(Value::from("12345")), false, 9), None);
    }
}
