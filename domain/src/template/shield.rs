//! Carries a template's tags unharmed through a step that works on HTML.
//!
//! Each tag is replaced by something such a step leaves alone (a comment between elements, a plain word elsewhere) and put back
//! afterwards, byte for byte.

use super::{fault::Slip, lex::Lexer};

/// Tags taken out of a source.
#[derive(Debug)]
pub struct Shield {
    source: String,
    shielded: String,
    word: String,
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    text: String,
    /// It decides what is written (`{% … %}`) rather than being written (`{{ … }}`).
    control: bool,
    /// Where it was, and where its replacement is, in bytes.
    at: usize,
    now: usize,
}

/// What stands in for a tag between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// A comment: it may stand anywhere, also between the rows of a table.
    Comment,
    /// A word: it stays in the text that is made of the HTML.
    Word,
}

/// A step has lost or moved a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{tag} in line {line} does not come through")]
pub struct Lost {
    pub tag: String,
    /// Line and column in the source, from 1.
    pub line: usize,
    pub column: usize,
}

/// Where in HTML something stands.
#[derive(Clone, Copy, PartialEq)]
enum Place<'a> {
    Text,
    Comment,
    Tag,
    Quoted(u8),
    /// Within an element that holds text only.
    Only(&'a str),
}

/// Longest word that stands in for tags.
const MAX_WORD: usize = 40;

/// Elements whose content is no HTML.
const TEXT_ONLY: [&str; 6] = ["title", "textarea", "script", "mj-title", "mj-preview", "xmp"];
/// Those whose content is CSS.
const STYLES: [&str; 2] = ["style", "mj-style"];

impl Shield {
    /// Takes the tags out.
    ///
    /// # Errors
    /// A tag that is never closed, with its place.
    pub fn over(source: &str, between: Between) -> Result<Self, super::TemplateFault> {
        let longest = source.match_indices("jebi").map(|(i, _)| source[i + 4..].bytes().take(MAX_WORD).take_while(|b| *b == b'x').count());
        let word = format!("jebi{}", "x".repeat(longest.max().unwrap_or(0) + 1));
        if word.len() > MAX_WORD {
            let fault = "it holds the word `jebi` with a long row of `x` behind it";
            return Err(Slip::syntax(0, fault, "take it out: such a word stands in for tags").within("html", source));
        }
        let mut shield = Self { source: source.to_owned(), shielded: String::with_capacity(source.len()), word, kept: Vec::new() };
        shield.read(between).map_err(|slip| slip.within("html", source))?;
        Ok(shield)
    }

    /// The source with its tags replaced.
    #[must_use]
    pub fn shielded(&self) -> &str {
        &self.shielded
    }
    /// Whether there are tags in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
    /// The tags, in their order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().map(|kept| kept.text.as_str())
    }

    fn read(&mut self, between: Between) -> Result<(), Slip> {
        let source = self.source.clone();
        let (mut at, mut place, mut tag_start) = (0, Place::Text, 0);
        while at < source.len() {
            let rest = &source[at..];
            if rest.starts_with("{{") || rest.starts_with("{%") || rest.starts_with("{#") {
                let end = at + Lexer::tag_length(rest).map_err(|slip| Slip { at: slip.at + at, ..slip })?;
                self.keep(&source[at..end], at, place == Place::Text && between == Between::Comment);
                at = end;
                continue;
            }
            let mut length = rest.chars().next().map_or(1, char::len_utf8);
            match place {
                Place::Text if rest.starts_with("<!--") => (place, length) = (Place::Comment, 4),
                Place::Text if rest.starts_with('<') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => {
                    (place, tag_start) = (Place::Tag, at);
                }
                Place::Comment if rest.starts_with("-->") => (place, length) = (Place::Text, 3),
                Place::Tag if rest.starts_with(['"', '\'']) => place = Place::Quoted(rest.as_bytes()[0]),
                Place::Quoted(quote) if rest.as_bytes()[0] == quote => place = Place::Tag,
                Place::Tag if rest.starts_with('>') => {
                    self.shielded.push('>');
                    at += 1;
                    place = Place::Text;
                    let name = element(&source[tag_start..]);
                    if let Some(only) = TEXT_ONLY.into_iter().find(|only| only.eq_ignore_ascii_case(name)) {
                        place = Place::Only(only);
                    } else if STYLES.iter().any(|style| style.eq_ignore_ascii_case(name)) {
                        let css = &source[at..at + closing(&source[at..], name)];
                        // Rules that tags decide on cannot be known here: such a style is kept as a whole.
                        if css.contains("{%") || css.contains("{#") {
                            self.keep_style(css, at);
                            at += css.len();
                        } else {
                            place = Place::Only(STYLES[usize::from(name.len() > 5)]);
                        }
                    }
                    continue;
                }
                Place::Only(name) if ends(rest, name) => (place, tag_start) = (Place::Tag, at),
                _ => {}
            }
            self.shielded.push_str(&rest[..length]);
            at += length;
        }
        Ok(())
    }

    fn keep(&mut self, text: &str, at: usize, comment: bool) {
        let word = format!("{}{}z", self.word, self.kept.len());
        // An origin goes with what is printed behind it, and may come as often.
        let control = !["{{", "{#@", "{#-@"].into_iter().any(|open| text.starts_with(open));
        self.kept.push(Kept { text: text.to_owned(), control, at, now: self.shielded.len() });
        self.shielded.push_str(&if comment { format!("<!--{word}-->") } else { word });
    }

    fn keep_style(&mut self, css: &str, at: usize) {
        let word = format!("/*{}{}z*/", self.word, self.kept.len());
        self.kept.push(Kept { text: css.to_owned(), control: true, at, now: self.shielded.len() });
        self.shielded.push_str(&word);
    }

    /// Puts the tags back into what a step has made of [`Shield::shielded`]. What decides must come once and in order; what is
    /// printed may come more than once.
    ///
    /// # Errors
    /// The first tag that did not come through.
    pub fn restore(&self, made: &str) -> Result<String, Lost> {
        let (out, seen) = self.put_back(made);
        let controls: Vec<usize> = seen.iter().copied().filter(|i| self.kept[*i].control).collect();
        let wanted = || self.kept.iter().enumerate().filter(|(_, kept)| kept.control).map(|(i, _)| i);
        let mut found = controls.iter().copied();
        if let Some(lost) = wanted().find(|i| found.next() != Some(*i)) {
            return Err(self.lost(lost));
        }
        let mut there = vec![false; self.kept.len()];
        seen.iter().for_each(|i| there[*i] = true);
        let missing = there.iter().position(|there| !there);
        match (missing, found.next()) {
            (Some(i), _) | (None, Some(i)) => Err(self.lost(i)),
            (None, None) => Ok(out),
        }
    }

    /// The same for text: what is printed may be left out, but stays between the tags that decide on it.
    #[must_use]
    pub fn restore_text(&self, made: &str) -> Option<String> {
        let (out, seen) = self.put_back(made);
        // How many tags that decide have come by then.
        let counted = |order: &mut dyn Iterator<Item = usize>| -> Vec<(usize, usize)> {
            let mut count = 0;
            order
                .map(|i| {
                    count += usize::from(self.kept[i].control);
                    (i, count)
                })
                .collect()
        };
        let (now, then) = (counted(&mut seen.into_iter()), counted(&mut (0..self.kept.len())));
        let controls = |all: &[(usize, usize)]| all.iter().map(|(i, _)| *i).filter(|i| self.kept[*i].control).collect::<Vec<_>>();
        let stay = now.iter().all(|(i, count)| then[*i].1 == *count);
        (stay && controls(&now) == controls(&then)).then_some(out)
    }

    fn put_back(&self, made: &str) -> (String, Vec<usize>) {
        let (mut out, mut seen, mut rest) = (String::with_capacity(self.source.len() * 2), Vec::new(), made);
        while let Some(found) = rest.find(&self.word) {
            let behind = &rest[found + self.word.len()..];
            let number = behind.split('z').next().unwrap_or_default();
            let Some(kept) = number.parse::<usize>().ok().filter(|i| *i < self.kept.len()) else {
                out.push_str(&rest[..found + self.word.len()]);
                rest = behind;
                continue;
            };
            let (before, after) = (&rest[..found], &behind[number.len() + 1..]);
            let wrapped = [("<!--", "-->"), ("/*", "*/")]
                .into_iter()
                .find_map(|(open, close)| Some((before.strip_suffix(open)?, after.strip_prefix(close)?)));
            // Between attributes it has become one without a value.
            let (before, after) = wrapped.unwrap_or((before, after.strip_prefix("=\"\"").unwrap_or(after)));
            out.push_str(before);
            out.push_str(&self.kept[kept].text);
            seen.push(kept);
            rest = after;
        }
        out.push_str(rest);
        (out, seen)
    }

    /// Cuts something that was made of the shielded source: text, and the tag behind it.
    pub(super) fn pieces<'s>(&'s self, made: &'s str) -> Vec<(&'s str, Option<&'s str>)> {
        let (mut out, mut from, mut at) = (Vec::new(), 0, 0);
        while let Some(found) = made[at..].find(&self.word).map(|i| at + i) {
            at = found + self.word.len();
            let Some((number, _)) = made[at..].split_once('z') else { break };
            let Some(kept) = number.parse::<usize>().ok().and_then(|i| self.kept.get(i)) else { continue };
            at += number.len() + 1;
            out.push((&made[from..found], Some(kept.text.as_str())));
            from = at;
        }
        out.push((&made[from..], None));
        out
    }

    fn lost(&self, i: usize) -> Lost {
        let kept = &self.kept[i];
        let (line, column) = self.place(kept.at);
        Lost { tag: kept.text.chars().take(60).collect(), line, column }
    }

    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.source.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// Line and column in the source of what stands at `at` bytes of [`Shield::shielded`].
    #[must_use]
    pub fn original(&self, at: usize) -> (usize, usize) {
        let Some(kept) = self.kept.iter().rev().find(|kept| kept.now <= at) else { return self.place(at) };
        let next = self.kept.iter().map(|kept| kept.now).find(|now| *now > kept.now).unwrap_or(self.shielded.len());
        let behind_word = self.shielded[kept.now..next].find('z').map_or(next, |i| kept.now + i + 1);
        let close = ["-->", "*/"].into_iter().find(|close| self.shielded[behind_word..].starts_with(close)).map_or(0, str::len);
        self.place(kept.at + if at < behind_word + close { 0 } else { kept.text.len() + at - behind_word - close })
    }
}

/// The name of the element whose tag begins here, without `/`.
fn element(tag: &str) -> &str {
    let name = tag.strip_prefix('<').unwrap_or(tag);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
    &name[..end]
}

/// How far it is to the end tag of that element.
fn closing(rest: &str, name: &str) -> usize {
    rest.match_indices("</").map(|(i, _)| i).find(|i| ends(&rest[*i..], name)).unwrap_or(rest.len())
}

/// Whether the end tag of that element begins here.
fn ends(rest: &str, name: &str) -> bool {
    rest.strip_prefix("</").and_then(|rest| rest.get(..name.len())).is_some_and(|found| found.eq_ignore_ascii_case(name))
}
