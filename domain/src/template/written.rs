//! The links of a template as its author wrote them: what links that are filled in for each recipient are counted as. Where such a link leads
//! may hold what is nobody else's business.

use std::{collections::BTreeSet, sync::Arc};

use super::{Between, Shield, braces::Braces};
use crate::{
    content::{Fill, Syntax},
    track::{href::MAX_TARGET, rewrite::addresses},
};

/// Most links with variables in them that are told apart; others count as those that came with a variable.
const MOST: usize = 1_000;

/// The links of a template.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Without any variable.
    fixed: BTreeSet<Arc<str>>,
    /// With variables, those first that leave the least open.
    open: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: Arc<str>,
    /// What stands before, between and behind what is filled in.
    pieces: Vec<String>,
}

impl Pattern {
    fn is_of(&self, url: &str) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else { return false };
        let Some(mut rest) = url.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else { return false };
        between.iter().all(|piece| {
            let found = rest.find(piece.as_str());
            rest = found.map_or("", |at| &rest[at + piece.len()..]);
            found.is_some()
        })
    }

    /// Bytes of it that are the same in every copy.
    fn len(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }
}

impl Written {
    /// The links of a message that is filled in: of its HTML, its variants and the parts they are made of.
    pub fn of(fill: &Fill, html: Option<&str>) -> Self {
        let variants = fill.variants.iter().filter_map(|variant| variant.html.as_deref());
        let mut all = Self::default();
        for source in html.into_iter().chain(variants).chain(fill.parts.values().map(String::as_str)) {
            match fill.syntax {
                Syntax::Jinja => all.read_jinja(source),
                Syntax::Braces => all.read_braces(source),
            }
        }
        all.open.sort_by_key(|pattern| (std::cmp::Reverse(pattern.len()), pattern.pieces.len()));
        all
    }

    /// What a link that leads there is counted as; empty for one that came with a variable.
    pub fn counted(&self, url: &str) -> Arc<str> {
        let open = || self.open.iter().find(|pattern| pattern.is_of(url)).map(|pattern| &pattern.text);
        self.fixed.get(url).or_else(open).map_or_else(|| Arc::from(""), Arc::clone)
    }

    /// About what it holds in memory, in bytes.
    pub fn bytes(&self) -> usize {
        let fixed: usize = self.fixed.iter().map(|text| text.len() + 64).sum();
        fixed + self.open.iter().map(|pattern| 2 * pattern.text.len() + 64 * (1 + pattern.pieces.len())).sum::<usize>()
    }

    fn read_jinja(&mut self, source: &str) {
        // One that cannot be read makes no mail.
        let Ok(shield) = Shield::over(source, Between::Word) else { return };
        for address in addresses(shield.shielded()) {
            let (mut text, mut pieces, mut last) = (String::new(), vec![String::new()], None);
            for (before, tag) in shield.pieces(&address) {
                text.push_str(before);
                if let Some(piece) = pieces.last_mut() {
                    piece.push_str(before);
                }
                let Some(tag) = tag.filter(|tag| !tag.starts_with("{#")) else { continue };
                text.push_str(tag);
                // All from the first tag that decides to the last may be there or not.
                if tag.starts_with("{%") {
                    let first = *last.get_or_insert(pieces.len());
                    pieces.truncate(first);
                }
                pieces.push(String::new());
            }
            self.add(text, pieces);
        }
    }

    fn read_braces(&mut self, source: &str) {
        for address in addresses(source) {
            let pieces = Braces::read(&address).texts().map(str::to_owned).collect();
            self.add(address, pieces);
        }
    }

    fn add(&mut self, text: String, pieces: Vec<String>) {
        if text.len() > MAX_TARGET {
            return;
        }
        if pieces.len() == 1 {
            self.fixed.insert(text.into());
        } else if self.open.len() < MOST && !self.open.iter().any(|known| *known.text == *text) {
            self.open.push(Pattern { text: text.into(), pieces });
        }
    }
}

#[cfg(test)]
#[path = "written_tests.rs"]
mod tests;
