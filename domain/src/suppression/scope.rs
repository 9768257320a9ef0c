//! Which mail an entry keeps back.
//!
//! A family of topics ([`family`]) covers mail of both lanes: one mail of a topic is transactional unless its sender says otherwise.

use super::{Entry, SuppressionCause};
use crate::{
    family,
    message::{Lane, MAX_TOPIC},
};

/// Longest name of a family, in bytes: that of a topic.
pub const MAX_FAMILY: usize = MAX_TOPIC;
/// How a family is written.
const FAMILY: &str = "topic:";
/// Stands between scopes where they are put together; no scope holds it, as topics have no control characters.
const BETWEEN: char = '\u{1f}';

/// Which mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every mail.
    All,
    /// Bulk mail only.
    Bulk,
    /// Mail of a topic family.
    Family(String),
}

/// Why a text is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeFault {
    /// Neither `all`, `bulk` nor `topic:NAME`.
    Unknown,
    /// The family has no name, one that is too long, or one with control characters.
    Name,
    /// The family ends with a `/`: what it covers follows by itself.
    Separator,
}

impl Scope {
    /// `all`, `bulk` or `topic:NAME`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Bulk => "bulk".to_owned(),
            Self::Family(name) => format!("{FAMILY}{name}"),
        }
    }

    /// Reads [`Self::text`].
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ScopeFault> {
        match text {
            "all" => return Ok(Self::All),
            "bulk" => return Ok(Self::Bulk),
            _ => {}
        }
        let name = text.strip_prefix(FAMILY).ok_or(ScopeFault::Unknown)?;
        if name.is_empty() || name.len() > MAX_FAMILY || name.chars().any(char::is_control) {
            return Err(ScopeFault::Name);
        }
        if name.ends_with(family::END) {
            return Err(ScopeFault::Separator);
        }
        Ok(Self::Family(name.to_owned()))
    }

    /// Whether mail of this lane and topic is meant.
    #[must_use]
    pub fn covers(&self, lane: Lane, topic: &str) -> bool {
        match self {
            Self::All => true,
            Self::Bulk => lane == Lane::Bulk,
            Self::Family(name) => family::all(topic).any(|family| family == name),
        }
    }
}

/// Which entries keep a mail back, in the form the store compares: every scope that covers it, each between separators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub scopes: String,
    /// Whether [`SuppressionCause::Unsubscribe`] counts: never for transactional mail.
    pub unsubscribes: bool,
}

impl Wanted {
    #[must_use]
    pub fn of(lane: Lane, topic: &str) -> Self {
        let mut scopes = String::from(BETWEEN);
        let mut add = |parts: &[&str]| {
            parts.iter().for_each(|part| scopes.push_str(part));
            scopes.push(BETWEEN);
        };
        add(&["all"]);
        if lane == Lane::Bulk {
            add(&["bulk"]);
        }
        family::all(topic).for_each(|family| add(&[FAMILY, family]));
        Self { scopes, unsubscribes: lane == Lane::Bulk }
    }

    /// Whether an entry keeps the mail back.
    #[must_use]
    pub fn includes(&self, entry: &Entry) -> bool {
        let counts = self.unsubscribes || entry.cause != SuppressionCause::Unsubscribe;
        counts && self.scopes.contains(&format!("{BETWEEN}{}{BETWEEN}", entry.scope.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_covers_what_goes_on_after_a_slash_and_nothing_else() {
        let news = Scope::parse("topic:news").expect("a scope");
        for topic in ["news", "news/2026", "news/2026/11", "news/"] {
            assert!(news.covers(Lane::Transactional, topic), "{topic}");
        }
        for topic in ["newsletter", "news-weekly", "news_a/b", "news.kr", "news:1", "new", "", "old/news", "/news", "뉴스"] {
            assert!(!news.covers(Lane::Bulk, topic), "{topic}");
        }
        assert!(Scope::Family("소식/봄".to_owned()).covers(Lane::Bulk, "소식/봄/1"));
    }

    #[test]
    fn whoever_refuses_a_topic_and_whoever_is_kept_from_its_family_miss_the_same_mail() {
        for (told, topic) in [("news/2026-11", "news/2026-12"), ("news-1", "news-2"), ("news", "news/1"), ("/a/b", "/a/c"), ("a//b", "a/c")]
        {
            let scope = Scope::Family(family::of(told).to_owned());
            assert_eq!(scope.covers(Lane::Bulk, topic), family::of(told) == family::of(topic), "{told} {topic}");
        }
    }

    #[test]
    fn bulk_leaves_transactional_mail_alone_and_all_does_not() {
        assert!(Scope::All.covers(Lane::Transactional, ""));
        assert!(!Scope::Bulk.covers(Lane::Transactional, "news"));
        assert!(Scope::Bulk.covers(Lane::Bulk, ""));
    }

    #[test]
    fn scopes_read_back_and_others_say_what_is_wrong() {
        for scope in [Scope::All, Scope::Bulk, Scope::Family("소식".to_owned()), Scope::Family("a-b".to_owned())] {
            assert_eq!(Scope::parse(&scope.text()), Ok(scope));
        }
        let long = format!("topic:{}", "a".repeat(MAX_FAMILY + 1));
        for (text, fault) in [
            ("", ScopeFault::Unknown),
            ("ALL", ScopeFault::Unknown),
            ("news", ScopeFault::Unknown),
            ("topic:", ScopeFault::Name),
            ("topic:a\u{1f}b", ScopeFault::Name),
            (long.as_str(), ScopeFault::Name),
            ("topic:news/", ScopeFault::Separator),
        ] {
            assert_eq!(Scope::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn what_the_store_compares_says_the_same_as_the_scopes() {
        let topics = ["", "news", "news/2026-11", "newsletter", "a-b"];
        let scopes =
            ["all", "bulk", "topic:news", "topic:news/2026", "topic:a", "topic:newsletter"].map(|s| Scope::parse(s).expect("a scope"));
        for lane in Lane::ALL {
            for topic in topics {
                let wanted = Wanted::of(lane, topic);
                for scope in &scopes {
                    let found = wanted.scopes.contains(&format!("{BETWEEN}{}{BETWEEN}", scope.text()));
                    assert_eq!(found, scope.covers(lane, topic), "{scope:?} {lane:?} {topic:?}");
                }
            }
        }
    }
}
