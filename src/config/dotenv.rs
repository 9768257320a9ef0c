//! Reads a `.env` file: `NAME=value` lines as Python's, Docker's and Rust's readers agree on them.
//!
//! Understood: CRLF, a byte order mark, `export `, spaces around `=`, `#` comments (in a value after a space), spaces within
//! a value, single quotes (all literal), double quotes (`\n \r \t \" \\ \$`), quoted values over several lines. Nothing is
//! expanded: `$` is a character, as it is in passwords; `${NAME}` outside single quotes is marked, for readers differ there.
//! The text is never echoed in a fault: it may hold a secret.

use super::fault::Fault;

/// One `NAME=value`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub name: String,
    pub value: String,
    /// It holds `${…}` outside single quotes, which other readers would expand.
    pub refers: bool,
}

/// The lines in order, and what could not be read in the file of this name.
pub(super) fn parse(text: &str, file: &str) -> (Vec<Line>, Vec<Fault>) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut rest = text.as_str();
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let mut number = 1;
    while !rest.is_empty() {
        let (parsed, used) = line(rest);
        match parsed {
            Ok(Some(line)) => lines.push(line),
            Ok(None) => {}
            Err((fault, remedy)) => faults.push(Fault::new(format!("{file} line {number}"), fault, remedy)),
        }
        number += rest[..used].matches('\n').count();
        rest = &rest[used..];
    }
    (lines, faults)
}

type Parsed = Result<Option<Line>, (&'static str, &'static str)>;

/// One line (or more, where a quoted value goes on) and how many bytes it took.
fn line(rest: &str) -> (Parsed, usize) {
    let end = rest.find('\n').map_or(rest.len(), |i| i + 1);
    let this = rest[..end].trim();
    if this.is_empty() || this.starts_with('#') {
        return (Ok(None), end);
    }
    let Some(equals) = rest[..end].find('=') else {
        return (Err(("has no =", "write NAME=value, or start the line with #")), end);
    };
    let name = rest[..equals].trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim);
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
        return (Err(("has no name before the =", "write NAME=value, or start the line with #")), end);
    }
    let after = &rest[equals + 1..];
    let lead = after.len() - after.trim_start_matches([' ', '\t']).len();
    let (value, start) = (&after[lead..], equals + 1 + lead);
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let value = plain(&rest[start..end]);
        return (Ok(Some(Line { name: name.to_owned(), value: value.to_owned(), refers: value.contains("${") })), end);
    };
    let Some((text, closed)) = quoted(&value[1..], quote) else {
        return (Err(("opens a quote and never closes it", "close the quote")), end);
    };
    let tail = start + 1 + closed;
    let end = rest[tail..].find('\n').map_or(rest.len(), |i| tail + i + 1);
    let behind = rest[tail..end].trim();
    if !behind.is_empty() && !behind.starts_with('#') {
        return (Err(("has more behind the closing quote", "quote the whole value, or none of it")), end);
    }
    let refers = quote == '"' && text.contains("${");
    (Ok(Some(Line { name: name.to_owned(), value: text, refers })), end)
}

/// An unquoted value: up to the end of the line or a `#` after white space.
fn plain(value: &str) -> &str {
    let mut before = ' ';
    for (at, c) in value.char_indices() {
        if c == '#' && before.is_whitespace() {
            return value[..at].trim();
        }
        before = c;
    }
    value.trim()
}

/// What stands before the closing quote, and the bytes up to and with it.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((out, at + c.len_utf8()));
        }
        if c != '\\' || quote == '\'' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some((_, 'n')) => out.push('\n'),
            Some((_, 'r')) => out.push('\r'),
            Some((_, 't')) => out.push('\t'),
            Some((_, c @ ('"' | '\\' | '$'))) => out.push(c),
            Some((_, c)) => out.extend(['\\', c]),
            None => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let (lines, faults) = parse(text, ".env");
        assert_eq!(faults, vec![]);
        lines.into_iter().map(|l| (l.name, l.value)).collect()
    }

    fn one(text: &str) -> String {
        let mut all = read(text);
        assert_eq!(all.len(), 1, "{text:?}");
        all.remove(0).1
    }

    #[test]
    fn comments_spaces_and_line_ends() {
        assert_eq!(one("A=1  # ten\r\n"), "1");
        assert_eq!(one("\u{feff}A=1\r\n\r\n# x\r\n"), "1");
        assert_eq!(one("export A = 1"), "1");
        assert_eq!(one("A=a#b"), "a#b");
        assert_eq!(one("A=#b"), "");
        assert_eq!(one("A="), "");
        assert_eq!(one("A=abcd efgh ijkl"), "abcd efgh ijkl");
        assert_eq!(one("A=redis://h:1/0?x=y"), "redis://h:1/0?x=y");
    }

    #[test]
    fn an_empty_value_does_not_take_the_next_line() {
        assert_eq!(read("A=\nB=2"), vec![("A".into(), String::new()), ("B".into(), "2".into())]);
        assert_eq!(read("A= \nB=2")[1].1, "2");
    }

    #[test]
    fn quotes() {
        assert_eq!(one(r#"A="a # b"  # c"#), "a # b");
        assert_eq!(one(r"A='p$w\n${X}'"), r"p$w\n${X}");
        assert_eq!(one(r#"A="a\n\"b\" \$ \q""#), "a\n\"b\" $ \\q");
        assert_eq!(read("A=\"1\n2\"\nB=3"), vec![("A".into(), "1\n2".into()), ("B".into(), "3".into())]);
        assert_eq!(one("A='한글 이름 <a@b.kr>'"), "한글 이름 <a@b.kr>");
    }

    #[test]
    fn references_are_marked_not_expanded() {
        let refers = |text: &str| parse(text, ".env").0[0].refers;
        assert!(refers("A=x${B}"));
        assert!(refers("A=\"x${B}\""));
        assert!(!refers("A='x${B}'"));
        assert!(!refers("A=pa$$word"));
    }

    #[test]
    fn faults_name_the_line_and_not_its_text() {
        let (lines, faults) = parse("A=\"1\n2\"\nsecret\n=x\nB=\"open\nC='x' y\nD=4", ".env");
        assert_eq!(lines.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["A", "D"]);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                ".env line 3: has no =; write NAME=value, or start the line with #",
                ".env line 4: has no name before the =; write NAME=value, or start the line with #",
                ".env line 5: opens a quote and never closes it; close the quote",
                ".env line 6: has more behind the closing quote; quote the whole value, or none of it",
            ]
        );
    }
}
