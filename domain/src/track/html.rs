//! Where the links of HTML stand. Read by the rules of its tokens ("HTML Living Standard", section 13.2.5), as browsers do: what looks like
//! a link within a comment, a script or a style sheet is none. Conditional comments for Outlook are comments.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

/// The start tag of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The whole tag.
    pub tag: Range<usize>,
    /// The value of its `href`, without quotation marks.
    pub href: Range<usize>,
    /// It says that it is not to be followed.
    pub exempt: bool,
}

/// The attribute of links that are not followed.
const EXEMPT: &[u8] = b"data-jebi-no-track";

/// What a start tag makes of what comes after it.
#[derive(Clone, Copy)]
enum After {
    Markup,
    /// Nothing is markup until its end tag.
    Raw(&'static [u8]),
    Script,
    /// Nothing is markup any more.
    Text,
}

/// Tells of every `<a>` and `<area>` that has an `href`, in order.
pub(super) fn anchors(html: &str, mut found: impl FnMut(Anchor)) {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr(b'<', &bytes[at..]) {
        let open = at + next;
        at = match bytes.get(open + 1) {
            Some(b'!') => markup_end(bytes, open),
            Some(b'?') => past(bytes, b'>', open + 2),
            Some(b'/') => match bytes.get(open + 2) {
                Some(c) if c.is_ascii_alphabetic() => Tag::read(bytes, open, open + 2).end,
                _ => past(bytes, b'>', open + 2),
            },
            Some(c) if c.is_ascii_alphabetic() => {
                let tag = Tag::read(bytes, open, open + 1);
                if let Some(anchor) = tag.anchor() {
                    found(anchor);
                }
                match tag.after(bytes) {
                    After::Markup => tag.end,
                    After::Raw(name) => end_tag(bytes, name, tag.end),
                    After::Script => end_of_script(bytes, tag.end),
                    After::Text => return,
                }
            }
            _ => open + 1,
        };
    }
}

/// Behind the next such byte, or the end.
fn past(bytes: &[u8], byte: u8, from: usize) -> usize {
    bytes.get(from..).and_then(|rest| memchr(byte, rest)).map_or(bytes.len(), |next| from + next + 1)
}

/// Behind a comment, a document type, or whatever else begins with `<!`.
fn markup_end(bytes: &[u8], open: usize) -> usize {
    if !bytes[open..].starts_with(b"<!--") {
        return past(bytes, b'>', open + 2);
    }
    // `<!-->` and `<!--->` are whole comments, `--!>` ends one as well.
    for end in memchr_iter(b'>', &bytes[open + 2..]).map(|next| open + 2 + next) {
        if bytes[open + 2..end].ends_with(b"--") || bytes[(open + 4).min(end)..end].ends_with(b"--!") {
            return end + 1;
        }
    }
    bytes.len()
}

/// Where the end tag of an element begins whose content is no markup.
fn end_tag(bytes: &[u8], name: &[u8], from: usize) -> usize {
    let ends = |open: &usize| is_tag(bytes, *open, b"</", name);
    memchr_iter(b'<', &bytes[from..]).map(|next| from + next).find(ends).unwrap_or(bytes.len())
}

/// Whether a tag of this name begins there.
fn is_tag(bytes: &[u8], open: usize, mark: &[u8], name: &[u8]) -> bool {
    let Some(rest) = bytes[open..].strip_prefix(mark) else { return false };
    let named = rest.get(..name.len()).is_some_and(|there| there.eq_ignore_ascii_case(name));
    named && rest.get(name.len()).is_some_and(|c| is_space(*c) || matches!(c, b'/' | b'>'))
}

/// Where the end tag of a script begins: one within `<!-- <script> … -->` is another script's.
fn end_of_script(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut commented, mut nested) = (from, false, false);
    while let Some(next) = memchr2(b'<', b'>', &bytes[at..]) {
        let here = at + next;
        at = here + 1;
        if bytes[here] == b'>' {
            if commented && bytes[from..here].ends_with(b"--") {
                (commented, nested) = (false, false);
            }
        } else if !commented && bytes[here..].starts_with(b"<!--") {
            // From its dashes on: `<!-->` ends at once.
            commented = true;
            at = here + 2;
        } else if is_tag(bytes, here, b"</", b"script") {
            if !nested {
                return here;
            }
            nested = false;
        } else if commented && is_tag(bytes, here, b"<", b"script") {
            nested = true;
        }
    }
    bytes.len()
}

fn is_space(c: u8) -> bool {
    matches!(c, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// A tag, as far as it matters here.
struct Tag {
    open: usize,
    name: Range<usize>,
    /// Behind its `>`; the end of the text for one that is never closed, which is no tag.
    end: usize,
    closed: bool,
    href: Option<Range<usize>>,
    exempt: bool,
}

impl Tag {
    /// Reads the tag whose name begins at `name`.
    fn read(bytes: &[u8], open: usize, name: usize) -> Self {
        let ends = |c: &u8| is_space(*c) || matches!(c, b'/' | b'>');
        let name_end = bytes[name..].iter().position(ends).map_or(bytes.len(), |n| name + n);
        let mut tag = Self { open, name: name..name_end, end: bytes.len(), closed: false, href: None, exempt: false };
        // Attributes matter in links alone; elsewhere they are passed over.
        let links = matches!(&bytes[name..name_end], [b'a' | b'A']) || bytes[name..name_end].eq_ignore_ascii_case(b"area");
        let mut at = name_end;
        while let Some(c) = bytes.get(at) {
            if *c == b'>' {
                (tag.end, tag.closed) = (at + 1, true);
                return tag;
            }
            if is_space(*c) || *c == b'/' {
                at += 1;
                continue;
            }
            let (key, value, next) = attribute(bytes, at);
            if links {
                tag.note(&bytes[key], value);
            }
            at = next;
        }
        tag
    }

    fn note(&mut self, key: &[u8], value: Range<usize>) {
        if key.eq_ignore_ascii_case(b"href") {
            // Of several the first counts.
            self.href.get_or_insert(value);
        } else if key.eq_ignore_ascii_case(EXEMPT) {
            self.exempt = true;
        }
    }

    fn is_start(&self) -> bool {
        self.name.start == self.open + 1
    }

    fn anchor(&self) -> Option<Anchor> {
        let href = self.href.clone().filter(|_| self.closed && self.is_start())?;
        Some(Anchor { tag: self.open..self.end, href, exempt: self.exempt })
    }

    fn after(&self, bytes: &[u8]) -> After {
        const RAW: [&[u8]; 7] = [b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes"];
        let name = &bytes[self.name.clone()];
        if !self.closed || !(3..=9).contains(&name.len()) {
            return After::Markup;
        }
        if name.eq_ignore_ascii_case(b"script") {
            return After::Script;
        }
        if name.eq_ignore_ascii_case(b"plaintext") {
            return After::Text;
        }
        RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw)).map_or(After::Markup, After::Raw)
    }
}

/// An attribute that begins there: its name, its value, and what is behind it.
fn attribute(bytes: &[u8], from: usize) -> (Range<usize>, Range<usize>, usize) {
    // An equals sign in the first place belongs to the name.
    let ends = |c: &u8| is_space(*c) || matches!(c, b'/' | b'>' | b'=');
    let name_end = bytes[from + 1..].iter().position(ends).map_or(bytes.len(), |n| from + 1 + n);
    let (key, spaced) = (from..name_end, skip_spaces(bytes, name_end));
    if bytes.get(spaced) != Some(&b'=') {
        return (key, name_end..name_end, spaced);
    }
    let start = skip_spaces(bytes, spaced + 1);
    match bytes.get(start) {
        Some(quote @ (b'"' | b'\'')) => {
            let end = memchr(*quote, &bytes[start + 1..]).map_or(bytes.len(), |n| start + 1 + n);
            (key, start + 1..end, (end + 1).min(bytes.len()))
        }
        Some(b'>') | None => (key, start..start, start),
        Some(_) => {
            let ends = |c: &u8| is_space(*c) || *c == b'>';
            let end = bytes[start..].iter().position(ends).map_or(bytes.len(), |n| start + n);
            (key, start..end, end)
        }
    }
}

fn skip_spaces(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|c| !is_space(*c)).map_or(bytes.len(), |n| from + n)
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
