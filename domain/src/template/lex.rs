//! A template's source cut into text and tags, and tags into tokens.

use std::borrow::Cow;

use super::{fault::Slip, flat};

/// One token of a tag.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'s> {
    Name(&'s str),
    Text(String),
    Whole(i64),
    Real(f64),
    Sign(&'static str),
}

impl Token<'_> {
    /// As it is named to the author.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Name(name) => Cow::Owned(format!("`{name}`")),
            Self::Text(_) => Cow::Borrowed("a text in quotes"),
            Self::Whole(_) | Self::Real(_) => Cow::Borrowed("a number"),
            Self::Sign(sign) => Cow::Owned(format!("`{sign}`")),
        }
    }
}

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Piece<'s> {
    Text(&'s str),
    /// `{{ … }}` or `{% … %}`.
    Tag(Tag<'s>),
    /// Where the tags behind it were written: in which source (empty: in this one) and line.
    Origin(&'s str, usize),
}

#[derive(Debug)]
pub(super) struct Tag<'s> {
    /// Where it begins and ends, in bytes of the source.
    pub at: usize,
    pub end: usize,
    /// `{{ … }}`.
    pub prints: bool,
    pub tokens: Vec<(Token<'s>, usize)>,
}

/// Most tokens in one tag.
const MAX_TOKENS: usize = 500;

/// Reads a source piece by piece. Comments are left out but for origins, and so is what `-` at a tag trims.
pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
    /// The text that comes next loses the white space at its begin.
    trim: bool,
}

impl<'s> Lexer<'s> {
    pub fn new(source: &'s str) -> Self {
        Self { source, at: 0, trim: false }
    }

    /// How many bytes the tag or comment has that `source` begins with.
    pub fn tag_length(source: &'s str) -> Result<usize, Slip> {
        let mut lexer = Self::new(source);
        if source.starts_with("{#") {
            lexer.comment()?;
        } else {
            lexer.tag()?;
        }
        Ok(lexer.at)
    }

    /// The next piece; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Piece<'s>>, Slip> {
        loop {
            let rest = &self.source[self.at..];
            if rest.is_empty() {
                return Ok(None);
            }
            let found = rest.match_indices('{').find(|(i, _)| matches!(rest.as_bytes().get(i + 1), Some(b'{' | b'%' | b'#')));
            let until = found.map_or(rest.len(), |(i, _)| i);
            if until > 0 {
                self.at += until;
                let mut text = &rest[..until];
                if std::mem::take(&mut self.trim) {
                    text = text.trim_start();
                }
                if rest.as_bytes().get(until + 2) == Some(&b'-') {
                    text = text.trim_end();
                }
                if text.is_empty() {
                    continue;
                }
                return Ok(Some(Piece::Text(text)));
            }
            self.trim = false;
            if rest.as_bytes()[1] == b'#' {
                self.comment()?;
                match origin(&self.source[self.source.len() - rest.len()..self.at]) {
                    Some((part, line)) => return Ok(Some(Piece::Origin(part, line))),
                    None => continue,
                }
            }
            return self.tag().map(|tag| Some(Piece::Tag(tag)));
        }
    }

    fn comment(&mut self) -> Result<(), Slip> {
        let rest = &self.source[self.at..];
        let Some(end) = rest[2..].find("#}") else {
            let fault = "`{#` opens a comment that is never closed";
            return Err(Slip::syntax(self.at, fault, "close it with `#}`; in CSS put a space between `{` and `#`"));
        };
        self.trim = rest[..end + 2].ends_with('-') && end > 0;
        self.at += end + 4;
        Ok(())
    }

    /// The source up to the tag `{% word %}`, which is read too.
    pub fn until(&mut self, word: &str, opened: usize) -> Result<&'s str, Slip> {
        let rest = &self.source[self.at..];
        for (i, _) in rest.match_indices("{%") {
            let inner = rest[i + 2..].trim_start_matches(['-', '+']).trim_start();
            let Some(behind) = inner.strip_prefix(word) else { continue };
            let behind = behind.trim_start();
            let closed = behind.trim_start_matches(['-', '+']);
            if let Some(after) = closed.strip_prefix("%}") {
                self.at = self.source.len() - after.len();
                self.trim = behind.starts_with('-');
                return Ok(&rest[..i]);
            }
        }
        let fault = "this tag is never closed";
        Err(Slip::syntax(opened, fault, format!("close it with `{{% {word} %}}`")))
    }

    fn tag(&mut self) -> Result<Tag<'s>, Slip> {
        let at = self.at;
        let prints = self.source.as_bytes()[at + 1] == b'{';
        let close = if prints { "}}" } else { "%}" };
        let mut tokens = Vec::new();
        let mut open: Vec<(&'static str, usize)> = Vec::new();
        self.at += 2;
        if self.source[self.at..].starts_with(['-', '+']) {
            self.at += 1;
        }
        loop {
            let rest = &self.source[self.at..];
            let skipped = rest.len() - rest.trim_start().len();
            self.at += skipped;
            let rest = &rest[skipped..];
            if open.is_empty() {
                let dash = rest.starts_with('-');
                let signed = if rest.starts_with(['-', '+']) { &rest[1..] } else { rest };
                if signed.starts_with(close) {
                    self.at += rest.len() - signed.len() + 2;
                    self.trim = dash;
                    return Ok(Tag { at, end: self.at, prints, tokens });
                }
            }
            if let Some((sign, opened)) = open.last().filter(|_| rest.is_empty() || rest.starts_with(close)) {
                let (fault, want) = (format!("this `{sign}` is never closed"), closing(sign));
                if rest.is_empty() || *sign != "{" {
                    return Err(Slip::syntax(*opened, fault, format!("close it with `{want}`")));
                }
            }
            if rest.is_empty() || rest.starts_with("{%") || rest.starts_with("{{") && !prints {
                let opened = if prints { "{{" } else { "{%" };
                return Err(Slip::syntax(at, format!("`{opened}` opens a tag that is never closed"), format!("close it with `{close}`")));
            }
            if tokens.len() == MAX_TOKENS {
                return Err(Slip::new(at, "template_size", format!("this tag has more than {MAX_TOKENS} words"), "cut it into several"));
            }
            let index = matches!(tokens.last(), Some((Token::Sign("."), _)));
            let (token, length) = token(rest, self.at, index)?;
            match token {
                Token::Sign(sign @ ("(" | "[" | "{")) => open.push((sign, self.at)),
                Token::Sign(sign @ (")" | "]" | "}")) => {
                    let opened = open.pop();
                    if opened.is_none_or(|(opened, _)| closing(opened) != sign) {
                        let remedy = opened.map_or("remove it".to_owned(), |(opened, _)| format!("expected `{}`", closing(opened)));
                        return Err(Slip::syntax(self.at, format!("`{sign}` closes nothing here"), remedy));
                    }
                }
                _ => {}
            }
            tokens.push((token, self.at));
            self.at += length;
        }
    }
}

/// What a comment says of where the tags behind it were written.
fn origin(comment: &str) -> Option<(&str, usize)> {
    let (part, line) =
        comment.strip_prefix(flat::OPEN).or_else(|| comment.strip_prefix("{#-@"))?.strip_suffix(flat::CLOSE)?.rsplit_once(':')?;
    Some((part, line.parse().ok()?))
}

fn closing(sign: &str) -> &'static str {
    match sign {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Signs, longer ones first.
const SIGNS: [&str; 27] = [
    "==", "!=", ">=", "<=", "//", "**", "+", "-", "*", "/", "%", ".", ",", ":", "~", "|", "=", ">", "<", "(", ")", "[", "]", "{", "}", "?",
    "!",
];

/// `index`: behind a dot, where `0.1` is two indexes and no number.
fn token(rest: &str, at: usize, index: bool) -> Result<(Token<'_>, usize), Slip> {
    let first = rest.chars().next().unwrap_or(' ');
    if first == '"' || first == '\'' {
        return text(rest, first, at);
    }
    if first.is_ascii_digit() {
        return number(rest, at, index);
    }
    if first == '_' || first.is_alphabetic() {
        let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        return Ok((Token::Name(&rest[..length]), length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => {
            Err(Slip::syntax(at, format!("`{first}` has no meaning in a tag"), "write a name, a number, a text in quotes or an operator"))
        }
    }
}

/// A text in quotes, with the escapes of JSON, `\'`, and any other character behind `\` as it stands.
fn text(rest: &str, quote: char, at: usize) -> Result<(Token<'_>, usize), Slip> {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((Token::Text(out), i + 1)),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => break,
            },
            c => out.push(c),
        }
    }
    Err(Slip::syntax(at, "this text is never closed", format!("close it with {quote}")))
}

fn number(rest: &str, at: usize, index: bool) -> Result<(Token<'_>, usize), Slip> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let whole = digits(rest);
    let behind = &rest[whole..];
    let point = !index && behind.starts_with('.') && behind[1..].starts_with(|c: char| c.is_ascii_digit());
    let length = if point { whole + 1 + digits(&behind[1..]) } else { whole };
    let plain = rest[..length].replace('_', "");
    let token = if point { plain.parse().ok().map(Token::Real) } else { plain.parse().ok().map(Token::Whole) };
    match token {
        Some(token) => Ok((token, length)),
        None => Err(Slip::syntax(at, "this number is too large", "write one of at most 18 digits")),
    }
}
