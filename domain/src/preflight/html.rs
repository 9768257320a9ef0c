//! The links and pictures of HTML, by the tokenizer browsers' parsers are made of.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};

/// Most links of a mail that are judged.
const MOST_LINKS: usize = 2_000;

/// What HTML names.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where its links lead and its pictures come from, character references resolved.
    pub links: Vec<String>,
    /// Pictures without an `alt`.
    pub without_alt: usize,
}

/// Looks through HTML.
pub(super) fn look(html: &str) -> Found {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Eye::default(), TokenizerOpts::default());
    // It stops for scripts that are to be run, which this sink never asks for.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Eye(RefCell<Found>);

impl TokenSink for Eye {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        match &*tag.name {
            "a" | "area" => self.note(&tag, "href"),
            "img" => {
                self.note(&tag, "src");
                let has_alt = tag.attrs.iter().any(|one| &*one.name.local == "alt");
                self.0.borrow_mut().without_alt += usize::from(!has_alt);
            }
            // What stands in these is no HTML.
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => return TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Eye {
    fn note(&self, tag: &Tag, attribute: &str) {
        let value = tag.attrs.iter().find(|one| &*one.name.local == attribute).map(|one| one.value.trim());
        let links = &mut self.0.borrow_mut().links;
        if let Some(value) = value.filter(|_| links.len() < MOST_LINKS) {
            links.push(value.to_owned());
        }
    }
}
