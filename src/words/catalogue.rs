//! The texts of one language beside English, and how one is found.

use std::{cmp::Reverse, collections::HashMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use unic_langid::LanguageIdentifier;

/// A value with a name that ends so is a text of the catalogue itself.
const NESTED: &str = "-text";
/// How deep texts lie within texts. None of ours does deeper; what does was put together by a caller.
const DEEPEST: usize = 4;
/// Longer texts stay English, in bytes: what makes them long are a caller's values, and each is compared with every text there is.
const LONGEST: usize = 4_096;

/// Made at the first use, once.
pub(super) static KOREAN: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::new("ko", include_str!("../../locales/en.ftl"), include_str!("../../locales/ko.ftl")));

pub(super) struct Catalogue {
    /// Texts without values, to their ids.
    exact: HashMap<String, &'static str>,
    /// Texts with values; those with most words of their own come first.
    shapes: Vec<Shape>,
    bundle: FluentBundle<FluentResource>,
}

/// An English text with places for values.
struct Shape {
    id: &'static str,
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Value(&'static str),
}

impl Catalogue {
    /// Entries that Fluent cannot read are left out, so that their texts stay English; a test keeps the files free of them.
    fn new(language: &str, english: &'static str, other: &str) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.parse::<LanguageIdentifier>().unwrap_or_default()]);
        // The marks Fluent puts around values would show in terminals and break what is copied from there.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(FluentResource::try_new(other.to_owned()).unwrap_or_else(|(read, _)| read));
        let mut shapes = shapes(english);
        shapes.sort_by_key(|shape| Reverse(shape.own_words()));
        let (exact, shapes): (Vec<_>, Vec<_>) = shapes.into_iter().partition(|shape| matches!(&*shape.pieces, [Piece::Words(_)]));
        let exact = exact.into_iter().flat_map(|shape| shape.pieces.into_iter().map(move |piece| (piece, shape.id)));
        let exact = exact.filter_map(|(piece, id)| if let Piece::Words(words) = piece { Some((words, id)) } else { None });
        Self { exact: exact.collect(), shapes, bundle }
    }

    /// The text in this language, if there is one.
    pub fn translated(&self, english: &str) -> Option<String> {
        if english.len() > LONGEST { None } else { self.within(english, DEEPEST) }
    }

    /// The same for a text that holds others, so many deep.
    fn within(&self, english: &str, depth: usize) -> Option<String> {
        let (id, values) = self.find(english)?;
        let values = values.into_iter().map(|(name, value)| {
            let nested = if name.ends_with(NESTED) && depth > 0 { self.within(value, depth - 1) } else { None };
            (name, FluentValue::from(nested.unwrap_or_else(|| value.to_owned())))
        });
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&FluentArgs::from_iter(values)), &mut faults).into_owned();
        faults.is_empty().then_some(text)
    }

    fn find<'t>(&self, english: &'t str) -> Option<(&'static str, Vec<(&'static str, &'t str)>)> {
        if let Some(id) = self.exact.get(english) {
            return Some((id, Vec::new()));
        }
        self.shapes.iter().find_map(|shape| Some((shape.id, shape.values(english)?)))
    }
}

impl Shape {
    fn own_words(&self) -> usize {
        self.pieces.iter().map(|piece| if let Piece::Words(words) = piece { words.len() } else { 0 }).sum()
    }

    /// The values `text` has, if it was made from this.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
        let (mut rest, mut open, mut values) = (text, None, Vec::new());
        for (i, piece) in self.pieces.iter().enumerate() {
            let words = match piece {
                Piece::Value(name) => {
                    open = Some(*name);
                    continue;
                }
                Piece::Words(words) => words.as_str(),
            };
            let Some(name) = open.take() else {
                rest = rest.strip_prefix(words)?;
                continue;
            };
            let last = i + 1 == self.pieces.len();
            let at = if last { rest.strip_suffix(words)?.len() } else { rest.find(words)? };
            values.push((name, &rest[..at]));
            rest = &rest[at + words.len()..];
        }
        match open {
            Some(name) => values.push((name, rest)),
            None if rest.is_empty() => {}
            None => return None,
        }
        Some(values)
    }
}

/// Every text of a file.
fn shapes(file: &'static str) -> Vec<Shape> {
    let read = fluent_syntax::parser::parse(file).unwrap_or_else(|(read, _)| read);
    let shape = |entry| {
        let Entry::Message(message) = entry else { return None };
        let elements = message.value?.elements.into_iter();
        let mut pieces: Vec<Piece> = Vec::new();
        for element in elements {
            let words = match element {
                PatternElement::TextElement { value } => value,
                PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => value,
                PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => {
                    pieces.push(Piece::Value(id.name));
                    continue;
                }
                PatternElement::Placeable { .. } => return None,
            };
            match pieces.last_mut() {
                Some(Piece::Words(before)) => before.push_str(words),
                _ => pieces.push(Piece::Words(words.to_owned())),
            }
        }
        Some(Shape { id: message.id.name, pieces })
    };
    read.body.into_iter().filter_map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let english = "a = { $x } is { $y } long\nb = { $x } is long\nc = at { $why-text }: { $x }\nd = all\n";
        Catalogue::new("ko", english, "a = { $y }만큼 { $x }\nb = 긴 { $x }\nc = { $x }: { $why-text }\nd = 모두\n")
    }

    #[test]
    fn the_text_with_most_words_of_its_own_is_found() {
        let said = |text: &str| catalogue().translated(text);
        assert_eq!(said("it is 3 long"), Some("3만큼 it".into()));
        assert_eq!(said("it is long"), Some("긴 it".into()));
        assert_eq!(said("all"), Some("모두".into()));
        assert_eq!(said("at all: x: y"), Some("x: y: 모두".into()));
        assert_eq!(said("at night: x"), Some("x: night".into()));
        assert_eq!(said("it is short"), None);
    }

    #[test]
    fn a_caller_cannot_nest_texts_without_end() {
        let repeated = |times: usize| catalogue().translated(&format!("{}x", "at all: ".repeat(times)));
        assert_eq!(repeated(1), Some("x: 모두".into()));
        let endless = Catalogue::new("ko", "a = at { $why-text }\n", "a = { $why-text }에\n");
        let said = |times: usize| endless.translated(&format!("{}x", "at ".repeat(times)));
        assert_eq!(said(DEEPEST), Some(format!("x{}", "에".repeat(DEEPEST))));
        assert_eq!(said(DEEPEST + 3), Some(format!("at at x{}", "에".repeat(DEEPEST + 1))));
        assert_eq!(said(LONGEST), None, "too long to be one of ours");
    }

    #[test]
    fn a_text_that_cannot_be_made_stays_english() {
        let catalogue = Catalogue::new("ko", "a = one { $x }\nb = two\n", "a = 하나 { $y }\n");
        assert_eq!(catalogue.translated("one more"), None);
        assert_eq!(catalogue.translated("two"), None);
    }
}
