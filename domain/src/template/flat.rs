//! A template and the parts it extends and includes, made into one source.
//!
//! What works on HTML (style sheets, the text made of it) has to see all of it at once. Blocks stand where their parents have them, parts
//! where they are included; every other tag comes through. Each tag has its origin before it, `{#@part:line#}`, so that a fault is still
//! told at the place its author wrote it.

use std::collections::BTreeMap;

use super::{
    MAX_PARTS_DEEP, MAX_SOURCE,
    lex::{Lexer, Piece, Tag, Token},
};

/// Most that is read and written for one source, in bytes: parts may be included many times over.
const MAX_WORK: usize = 8 << 20;
/// What a node counts beside its text.
const EACH: usize = 16;
/// Deepest nesting of blocks, parts and what they extend.
const MAX_DEEP: usize = 60;

/// Why a template stays in several sources. Each says what the author can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFlat {
    #[error("a `set` stands within another tag outside of the blocks")]
    Set,
    #[error("a block stands before `extends`")]
    Before,
    #[error("it is larger than 512 KiB with all its parts")]
    TooLarge,
    #[error("its blocks stand within each other in turn")]
    Circle,
    #[error("a brace stands directly before a tag")]
    Brace,
    /// What [`super::check`] refuses.
    #[error("it cannot be read")]
    Unreadable,
}

/// One source of a template and all it extends and includes, in which `label` is how the source is told to people. A template in one
/// source comes through too: with the origins of its tags.
///
/// # Errors
/// Why it cannot be done without changing what is written.
pub fn flatten(label: &str, source: &str, parts: &BTreeMap<String, String>) -> Result<String, NotFlat> {
    let mut flat = Flat { parts, out: String::with_capacity(source.len() * 2), last: None, escaping: Vec::new(), work: 0, deep: 0 };
    flat.document(label, source)?;
    Ok(flat.out)
}

/// How the HTML in that language is told to people; empty for a template's own.
#[must_use]
pub fn html_label(language: &str) -> String {
    if language.is_empty() { "html".to_owned() } else { format!("html ({language})") }
}

/// A source with the places of its tags in it, for a step that leaves nothing in its line.
#[must_use]
pub fn with_origins(source: &str) -> String {
    let mut out = String::with_capacity(source.len() * 2);
    let (mut lexer, mut done, mut line, mut told) = (Lexer::new(source), 0, 1, 0);
    // What cannot be read is left as it is, to be told by whoever reads it next.
    while let Ok(Some(piece)) = lexer.next() {
        let Piece::Tag(tag) = piece else { continue };
        let before = &source[done..tag.at];
        line += before.bytes().filter(|b| *b == b'\n').count();
        out.push_str(before);
        done = tag.at;
        if line != told && !within_style(&out) {
            let trims = if source[tag.at + 2..].starts_with('-') { "-" } else { "" };
            out.push_str(&format!("{{#{trims}@:{line}{CLOSE}"));
            told = line;
        }
    }
    out + &source[done..]
}

/// The source without the origins of its tags.
pub(super) fn without_origins(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(OPEN) {
        let Some(length) = rest[at..].find(CLOSE) else { break };
        out.push_str(&rest[..at]);
        rest = &rest[at + length + CLOSE.len()..];
    }
    out + rest
}

/// Around an origin.
pub(super) const OPEN: &str = "{#@";
pub(super) const CLOSE: &str = "#}";

enum Node<'s> {
    Text(&'s str),
    Raw(&'s str),
    /// What stands between the braces, and its line.
    Print(&'s str, usize),
    Tag(&'s str, usize),
    Super,
    Block(&'s str, Vec<Node<'s>>),
    Include {
        name: &'s str,
        /// What is given to it.
        with: Option<&'s str>,
        optional: bool,
        line: usize,
    },
}

/// A source cut up.
struct Parsed<'s> {
    label: &'s str,
    /// Another, and how many nodes go before its name.
    extends: Option<(&'s str, usize)>,
    nodes: Vec<Node<'s>>,
}

/// A source with what it extends, the outermost last; and each block's bodies, the one that holds first.
struct Chain<'s, 'c> {
    files: &'c [Parsed<'s>],
    blocks: BTreeMap<&'s str, Vec<(usize, &'c [Node<'s>])>>,
}

struct Flat<'s> {
    parts: &'s BTreeMap<String, String>,
    out: String,
    /// The origin written last.
    last: Option<(&'s str, usize)>,
    /// What the open `autoescape` say.
    escaping: Vec<bool>,
    work: usize,
    deep: usize,
}

impl<'s> Flat<'s> {
    fn document(&mut self, label: &'s str, source: &'s str) -> Result<(), NotFlat> {
        let mut files = vec![self.parsed(label, source)?];
        while let Some(name) = files.last().and_then(|file| file.extends).map(|(name, _)| name) {
            let (label, source) = self.parts.get_key_value(name).ok_or(NotFlat::Unreadable)?;
            if files.len() > MAX_PARTS_DEEP {
                return Err(NotFlat::Unreadable);
            }
            files.push(self.parsed(label, source)?);
        }
        let mut chain = Chain { files: &files, blocks: BTreeMap::new() };
        for (i, file) in files.iter().enumerate() {
            collect(i, &file.nodes, &mut chain.blocks);
        }
        let outermost = files.len() - 1;
        for (i, file) in files[..outermost].iter().enumerate() {
            let (before, behind) = file.nodes.split_at(file.extends.map_or(0, |(_, before)| before));
            if before.iter().any(|node| matches!(node, Node::Block(..))) {
                return Err(NotFlat::Before);
            }
            self.nodes(&chain, i, before, None)?;
            self.values(file.label, behind)?;
        }
        self.nodes(&chain, outermost, &files[outermost].nodes, None)
    }

    fn parsed(&mut self, label: &'s str, source: &'s str) -> Result<Parsed<'s>, NotFlat> {
        self.spend(source.len())?;
        parse(label, source)
    }

    /// What a source says behind `extends` and outside of its blocks is not written; values it gives are there all the same.
    fn values(&mut self, label: &'s str, nodes: &[Node<'s>]) -> Result<(), NotFlat> {
        let mut open = 0_usize;
        for node in nodes {
            let Node::Tag(code, line) = node else { continue };
            match word(code) {
                "set" if open > 0 => return Err(NotFlat::Set),
                "set" => self.tag(label, *line, "{%", code, "%}")?,
                "if" | "for" | "with" | "autoescape" => open += 1,
                word if word.starts_with("end") => open = open.saturating_sub(1),
                _ => {}
            }
        }
        Ok(())
    }

    /// `within` is the block these are of, and how many bodies of it go before this one.
    fn nodes(&mut self, chain: &Chain<'s, '_>, file: usize, nodes: &[Node<'s>], within: Option<(&'s str, usize)>) -> Result<(), NotFlat> {
        let label = chain.files[file].label;
        for node in nodes {
            self.spend(EACH)?;
            match node {
                Node::Text(text) => self.push(text)?,
                Node::Raw(text) => self.push(&format!("{{% raw %}}{text}{{% endraw %}}"))?,
                Node::Print(code, line) => self.tag(label, *line, "{{", code, "}}")?,
                Node::Tag(code, line) => {
                    match word(code) {
                        "autoescape" => self.escaping.push(code.contains("on") || code.contains("true")),
                        "endautoescape" => drop(self.escaping.pop()),
                        _ => {}
                    }
                    self.tag(label, *line, "{%", code, "%}")?;
                }
                Node::Block(name, _) => self.block(chain, name, 0)?,
                Node::Super => {
                    let (name, level) = within.ok_or(NotFlat::Unreadable)?;
                    self.block(chain, name, level + 1)?;
                }
                Node::Include { name, with, optional, line } => match self.parts.get_key_value(*name) {
                    Some((name, source)) => self.include(label, (name, source), *with, *line)?,
                    None if *optional => {}
                    None => return Err(NotFlat::Unreadable),
                },
            }
        }
        Ok(())
    }

    fn block(&mut self, chain: &Chain<'s, '_>, name: &'s str, level: usize) -> Result<(), NotFlat> {
        let (file, body) = *chain.blocks.get(name).and_then(|all| all.get(level)).ok_or(NotFlat::Unreadable)?;
        self.deeper(|flat| {
            // A value that is given in a block is known in it alone.
            let own = gives(body);
            if own {
                flat.push(SCOPE)?;
            }
            flat.nodes(chain, file, body, Some((name, level)))?;
            if own { flat.push(END_SCOPE) } else { Ok(()) }
        })
    }

    fn include(&mut self, label: &'s str, (name, source): (&'s str, &'s str), with: Option<&'s str>, line: usize) -> Result<(), NotFlat> {
        self.deeper(|flat| {
            // A part is escaped whatever is around it.
            let bare = flat.escaping.last() == Some(&false);
            // What it gives, or what it extends, is known within alone; most give nothing.
            let scoped = with.is_some() || ["set", "extends"].into_iter().any(|word| source.contains(word));
            match with {
                Some(with) => flat.tag(label, line, "{%", &format!(" with {with} "), "%}")?,
                None if scoped => flat.push(SCOPE)?,
                None => {}
            }
            if bare {
                flat.push("{% autoescape on %}")?;
            }
            let around = std::mem::take(&mut flat.escaping);
            flat.document(name, source)?;
            flat.escaping = around;
            if bare {
                flat.push("{% endautoescape %}")?;
            }
            if scoped { flat.push(END_SCOPE) } else { Ok(()) }
        })
    }

    fn deeper(&mut self, write: impl FnOnce(&mut Self) -> Result<(), NotFlat>) -> Result<(), NotFlat> {
        if self.deep == MAX_DEEP {
            return Err(NotFlat::Circle);
        }
        self.deep += 1;
        write(self)?;
        self.deep -= 1;
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), NotFlat> {
        self.work += bytes;
        if self.work > MAX_WORK { Err(NotFlat::TooLarge) } else { Ok(()) }
    }

    fn tag(&mut self, label: &'s str, line: usize, open: &str, code: &str, close: &str) -> Result<(), NotFlat> {
        if self.last != Some((label, line)) && !label.contains(CLOSE) && !within_style(&self.out) {
            self.push(&format!("{OPEN}{label}:{line}{CLOSE}"))?;
            self.last = Some((label, line));
        }
        self.push(open)?;
        self.out.push_str(code);
        self.out.push_str(close);
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), NotFlat> {
        // What stood apart must not become a tag.
        if self.out.ends_with('{') && text.starts_with(['{', '%', '#']) {
            return Err(NotFlat::Brace);
        }
        if self.out.len() + text.len() > MAX_SOURCE {
            return Err(NotFlat::TooLarge);
        }
        self.spend(text.len())?;
        self.out.push_str(text);
        Ok(())
    }
}

/// In a style sheet an origin would be a tag that decides, and the sheet be left alone.
fn within_style(html: &str) -> bool {
    ["style", "mj-style"].into_iter().any(|name| {
        let opened = html.rfind(&format!("<{name}"));
        opened.is_some_and(|at| !html[at..].contains(&format!("</{name}")))
    })
}

/// What is given within is known there alone.
const SCOPE: &str = "{% with own_scope=1 %}";
const END_SCOPE: &str = "{% endwith %}";

/// The bodies of every block, also of those within others.
fn collect<'s, 'c>(file: usize, nodes: &'c [Node<'s>], blocks: &mut BTreeMap<&'s str, Vec<(usize, &'c [Node<'s>])>>) {
    for node in nodes {
        if let Node::Block(name, body) = node {
            blocks.entry(name).or_default().push((file, body));
            collect(file, body, blocks);
        }
    }
}

fn gives(body: &[Node<'_>]) -> bool {
    body.iter().any(|node| matches!(node, Node::Tag(code, _) if word(code) == "set"))
}

/// The word a tag begins with.
fn word(code: &str) -> &str {
    let code = code.trim_start();
    &code[..code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len())]
}

fn parse<'s>(label: &'s str, source: &'s str) -> Result<Parsed<'s>, NotFlat> {
    let mut lexer = Lexer::new(source);
    let mut extends = None;
    // The blocks that are open, each with what is around it.
    let (mut open, mut nodes): (Vec<(&str, Vec<Node<'s>>)>, Vec<Node<'s>>) = (Vec::new(), Vec::new());
    let (mut counted, mut line) = (0, 1);
    let mut told = None;
    while let Some(piece) = lexer.next().map_err(|_| NotFlat::Unreadable)? {
        let tag = match piece {
            Piece::Text(text) => {
                nodes.push(Node::Text(text));
                continue;
            }
            Piece::Origin(_, line) => {
                told = Some(line);
                continue;
            }
            Piece::Tag(tag) => tag,
        };
        line += source[counted..tag.at].bytes().filter(|b| *b == b'\n').count();
        counted = tag.at;
        let (code, line) = (code(source, &tag), told.unwrap_or(line));
        let first = match tag.tokens.first() {
            Some((Token::Name(word), _)) => *word,
            _ => "",
        };
        if tag.prints {
            nodes.push(if is_super(&tag) { Node::Super } else { Node::Print(code, line) });
            continue;
        }
        match first {
            "block" => open.push((name(&tag)?, std::mem::take(&mut nodes))),
            "endblock" => {
                let (name, around) = open.pop().ok_or(NotFlat::Unreadable)?;
                let body = std::mem::replace(&mut nodes, around);
                nodes.push(Node::Block(name, body));
            }
            "extends" => extends = Some((quoted(source, &tag)?, nodes.len())),
            "include" => nodes.push(include(source, &tag, line)?),
            "comment" => drop(lexer.until("endcomment", tag.at).map_err(|_| NotFlat::Unreadable)?),
            "raw" | "verbatim" => {
                let end = if first == "raw" { "endraw" } else { "endverbatim" };
                nodes.push(Node::Raw(lexer.until(end, tag.at).map_err(|_| NotFlat::Unreadable)?));
            }
            "load" => {}
            _ => nodes.push(Node::Tag(code, line)),
        }
    }
    if open.is_empty() { Ok(Parsed { label, extends, nodes }) } else { Err(NotFlat::Unreadable) }
}

/// What stands between the braces of a tag, without what trims.
fn code<'s>(source: &'s str, tag: &Tag<'s>) -> &'s str {
    let inner = &source[tag.at + 2..tag.end - 2];
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
    inner.strip_suffix(['-', '+']).unwrap_or(inner)
}

fn is_super(tag: &Tag<'_>) -> bool {
    let words: Vec<&str> = tag.tokens.iter().map(|(token, _)| if let Token::Name(n) | Token::Sign(n) = token { n } else { "" }).collect();
    matches!(words.as_slice(), ["super", "(", ")"] | ["block", ".", "super"])
}

/// The name behind the first word.
fn name<'s>(tag: &Tag<'s>) -> Result<&'s str, NotFlat> {
    match tag.tokens.get(1) {
        Some((Token::Name(name), _)) => Ok(name),
        _ => Err(NotFlat::Unreadable),
    }
}

/// The text in quotes behind the first word. One with an escape in it names nothing that could be a part's file.
fn quoted<'s>(source: &'s str, tag: &Tag<'s>) -> Result<&'s str, NotFlat> {
    match tag.tokens.get(1) {
        Some((Token::Text(text), at)) => {
            let written = source.get(at + 1..at + 1 + text.len()).ok_or(NotFlat::Unreadable)?;
            if written == text { Ok(written) } else { Err(NotFlat::Unreadable) }
        }
        _ => Err(NotFlat::Unreadable),
    }
}

fn include<'s>(source: &'s str, tag: &Tag<'s>, line: usize) -> Result<Node<'s>, NotFlat> {
    let name = quoted(source, tag)?;
    let is = |i: usize, word: &str| matches!(tag.tokens.get(i), Some((Token::Name(name), _)) if *name == word);
    let optional = is(2, "ignore") && is(3, "missing");
    let given = if optional { 4 } else { 2 };
    let with = match tag.tokens.get(given) {
        Some((_, at)) if is(given, "with") && !is(given + 1, "context") => {
            let end = tag.end - 2;
            let text = source[at + "with".len()..end].trim();
            Some(text.strip_suffix(['-', '+']).unwrap_or(text))
        }
        _ => None,
    };
    Ok(Node::Include { name, with, optional, line })
}
