//! What a mail's HTML wants from outside, and the document that is shown of it.
//!
//! The frame it is shown in is what protects: it has no scripts, no origin and a policy that loads nothing. What is counted and
//! listed here only tells its reader; what is disarmed here is what such a policy does not cover.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};

/// Most links told of a mail.
const MOST_LINKS: usize = 100;
/// Bytes of pictures put into one document: a picture may be named many times.
const MOST_INLINED: usize = 32 << 20;
/// How elements begin that do something no policy stops: browsers connect ahead for a `link`, and for an inner frame before they
/// see that it is forbidden; `meta` and `base` send the frame elsewhere where a sandbox does not hold them.
/// The last two (SVG) give a link its address after the document was read.
const DISARMED: [&str; 11] = ["link", "meta", "base", "iframe", "frame", "fencedframe", "portal", "object", "embed", "animate", "set"];
/// How links look whose address was taken away; the mail's own style comes after it.
const LINK_STYLE: &str = "<style>a{color:#1a5fb4;text-decoration:underline}</style>";
/// Attributes that load what they name.
const LOADING: [&str; 6] = ["src", "srcset", "background", "poster", "data", "xlink:href"];

/// What HTML names outside the mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outside {
    pub remote: usize,
    pub links: Vec<String>,
}

/// Looks through HTML for what lies outside.
pub(super) fn outside(html: &str) -> Outside {
    let mut found = Outside::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end..]);
            continue;
        }
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        rest = attributes(&rest[name.len()..], |attribute, value| found.note(&name, attribute, &value));
        // What stands in these is no HTML.
        if matches!(name.as_str(), "style" | "script") {
            let end = find_no_case(rest, &format!("</{name}")).unwrap_or(rest.len());
            if name == "style" {
                found.remote += remote_in_css(&rest[..end]);
            }
            rest = &rest[end..];
        }
    }
    found
}

impl Outside {
    fn note(&mut self, element: &str, attribute: &str, value: &str) {
        let loads = LOADING.contains(&attribute) || (attribute == "href" && matches!(element, "link" | "image" | "use"));
        if attribute == "srcset" {
            self.remote += value.split(',').filter(|one| is_remote(one)).count();
        } else if loads {
            self.remote += usize::from(is_remote(value));
        } else if attribute == "style" {
            self.remote += remote_in_css(value);
        } else if attribute == "href" && matches!(element, "a" | "area") {
            let link = value.trim();
            let is_web = ["http://", "https://"].iter().any(|scheme| starts_no_case(link, scheme));
            if is_web && self.links.len() < MOST_LINKS && !self.links.iter().any(|known| known == link) {
                self.links.push(link.to_owned());
            }
        }
    }
}

/// Hands over each attribute of a tag, names in lower case; returns what stands behind the tag.
fn attributes(mut rest: &str, mut each: impl FnMut(&str, String)) -> &str {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return rest;
        }
        // An equals sign at the start belongs to the name (HTML, "before attribute name state").
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>')).map_or(rest.len(), |i| i + first);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            each(&name, String::new());
            continue;
        };
        let value = value.trim_start();
        let (value, behind) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len())),
        };
        each(&name, decoded(value));
        rest = behind;
    }
}

/// Longest name of a character reference that is read, with its `&`.
const LONGEST_REFERENCE: usize = 10;

/// With its character references resolved, as far as web addresses use them.
fn decoded(value: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(value.len()), value);
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // No further: a value of nothing but `&` would be searched to its end at each of them.
        let end = rest.bytes().take(LONGEST_REFERENCE + 1).position(|b| b == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "colon" => Some(':'),
        "sol" => Some('/'),
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32)
        }
    }
}

fn remote_in_css(css: &str) -> usize {
    let after = |mark: &'static str| {
        let lower = css.to_ascii_lowercase();
        lower
            .match_indices(mark)
            .map(|(at, _)| at + mark.len())
            .filter(|at| is_remote(css[*at..].trim_start_matches(['"', '\'', ' '])))
            .count()
    };
    after("url(") + after("@import ")
}

fn is_remote(address: &str) -> bool {
    let address = address.trim_start();
    ["http:", "https:", "//", "ftp:"].iter().any(|start| starts_no_case(address, start))
}

/// The document for the frame: pictures of the mail itself as `data:`, links and whole-document elements disarmed.
pub(super) fn framed(html: &str, own: &HashMap<&str, (&str, &[u8])>) -> String {
    let disarmed = disarm_links(&disarm(html));
    let (mut out, mut rest, mut room) = (String::with_capacity(disarmed.len()), disarmed.as_str(), MOST_INLINED);
    while let Some(at) = find_no_case(rest, "cid:") {
        let (before, reference) = rest.split_at(at);
        let id = &reference[4..];
        let end = id.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '<' | '>' | '&')).unwrap_or(id.len());
        out.push_str(before);
        match own.get(percent_decoded(&id[..end]).as_str()).filter(|(_, bytes)| bytes.len() <= room) {
            Some((kind, bytes)) => {
                room -= bytes.len();
                // Base64 has no character that could end the attribute or the CSS function it stands in.
                out.push_str(&format!("data:{kind};base64,"));
                STANDARD.encode_string(bytes, &mut out);
            }
            None => out.push_str(&reference[..4 + end]),
        }
        rest = &id[end..];
    }
    out + rest
}

fn disarm(html: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if DISARMED.iter().any(|name| starts_no_case(rest, name)) {
            out.push_str("jebi-removed-");
        }
    }
    out + rest
}

/// Takes links their addresses: browsers connect to where a link leads when it is pressed, whether it may be followed or not.
/// Wherever the word stands, for only a browser knows for certain what of it is an attribute.
fn disarm_links(html: &str) -> String {
    const HREF: &str = "href";
    let start = html.trim_start();
    let type_end = if starts_no_case(start, "<!doctype") { html.find('>').map_or(0, |end| end + 1) } else { 0 };
    let (doctype, mut rest) = html.split_at(type_end);
    let mut out = String::with_capacity(html.len() + LINK_STYLE.len());
    out.push_str(doctype);
    out.push_str(LINK_STYLE);
    while let Some(at) = find_no_case(rest, HREF) {
        let (before, word) = rest.split_at(at);
        let behind = &word[HREF.len()..];
        out.push_str(before);
        if behind.trim_start().starts_with('=') {
            out.push_str("jebi-removed-");
        }
        out.push_str(&word[..HREF.len()]);
        rest = behind;
    }
    out + rest
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        match (b, pair) {
            (b'%', (Some(high), Some(low))) => {
                out.push(high * 16 + low);
                bytes = ahead;
            }
            _ => out.push(b),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

fn starts_no_case(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Where `wanted` (ASCII) is, upper and lower case alike.
fn find_no_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|w| w.eq_ignore_ascii_case(wanted.as_bytes()))
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
