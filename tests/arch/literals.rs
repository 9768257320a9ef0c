//! The string literals of a Rust source, with what stands around each.

/// One literal as the program sees it.
pub struct Literal {
    /// From 1.
    pub line: usize,
    pub text: String,
    /// Whether a person may come to read it: not one of an attribute, a log line, an assertion or a panic.
    pub told: bool,
}

/// Calls whose texts are for whoever reads the log or the code.
const UNTOLD: [&str; 14] = [
    "assert",
    "debug",
    "describe_counter",
    "describe_gauge",
    "describe_histogram",
    "error",
    "expect",
    "info",
    "info_span",
    "panic",
    "trace",
    "unreachable",
    "warn",
    "counter",
];

/// An open bracket, and the name before it.
struct Bracket {
    name: String,
    attribute: bool,
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    open: Vec<Bracket>,
    /// The identifier just read.
    name: String,
    found: Vec<Literal>,
}

/// All of them, but those of a test module at the end of the file.
pub fn literals(source: &str) -> Vec<Literal> {
    let mut reader = Reader { rest: source, line: 1, open: Vec::new(), name: String::new(), found: Vec::new() };
    while !reader.rest.is_empty() && !at_tests(reader.rest) {
        reader.step();
    }
    reader.found
}

fn at_tests(rest: &str) -> bool {
    let module = rest.strip_prefix("#[cfg(test)]").map(str::trim_start).filter(|after| after.starts_with("mod "));
    module.is_some_and(|after| after.find('{').is_some_and(|brace| after.find(';').is_none_or(|end| brace < end)))
}

impl Reader<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        let next = rest.chars().next().unwrap_or_default();
        if rest.starts_with("//") {
            return self.skip(rest.find('\n').unwrap_or(rest.len()));
        }
        if rest.starts_with("/*") {
            return self.skip(rest.find("*/").map_or(rest.len(), |at| at + 2));
        }
        if let Some((hashes, start)) = raw(rest) {
            let end = rest[start..].find(&format!("\"{}", "#".repeat(hashes))).map_or(rest.len(), |at| start + at);
            self.keep(rest[start..end].to_owned());
            return self.skip((end + 1 + hashes).min(rest.len()));
        }
        match next {
            '"' => self.string(),
            '\'' => self.skip(character(rest)),
            '(' | '[' | '{' => {
                let attribute = next == '[' && self.name == "#";
                self.open.push(Bracket { name: std::mem::take(&mut self.name), attribute });
                self.skip(1);
            }
            ')' | ']' | '}' => {
                self.open.pop();
                self.name.clear();
                self.skip(1);
            }
            '#' => {
                "#".clone_into(&mut self.name);
                self.skip(1);
            }
            '!' => self.skip(1),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                rest[..end].clone_into(&mut self.name);
                self.skip(end);
            }
            c => {
                if !c.is_whitespace() {
                    self.name.clear();
                }
                self.skip(c.len_utf8());
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.line += self.rest[..bytes].matches('\n').count();
        self.rest = &self.rest[bytes..];
    }

    fn keep(&mut self, text: String) {
        let calls = || self.open.iter().map(|bracket| bracket.name.as_str());
        let told = if self.open.iter().any(|bracket| bracket.attribute) {
            calls().any(|name| name == "error")
        } else {
            !calls().any(|name| UNTOLD.contains(&name))
        };
        self.found.push(Literal { line: self.line, text, told });
    }

    /// A string with escapes (the Rust Reference, Tokens): `\` before a line's end swallows the space after it.
    fn string(&mut self) {
        let (mut text, mut chars) = (String::new(), self.rest.char_indices().skip(1).peekable());
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.keep(text);
                    return self.skip(at + 1);
                }
                '\\' => match chars.next() {
                    Some((_, '\n')) => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, '0')) => text.push('\0'),
                    Some((_, other)) => text.push(other),
                    None => {}
                },
                c => text.push(c),
            }
        }
        self.skip(self.rest.len());
    }
}

/// The hashes of a raw string and where its text begins.
fn raw(rest: &str) -> Option<(usize, usize)> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some((hashes, rest.len() - after.len() + hashes + 1))
}

/// Length of a character literal, or of the quote that begins a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |at| at + 4),
        Some((at, c)) if rest[at + c.len_utf8()..].starts_with('\'') => at + c.len_utf8() + 1,
        _ => 1,
    }
}

#[test]
fn what_stands_around_a_literal_says_whether_it_is_told() {
    let source = r##"
        // "a comment"
        #[error("told {0}")] #[schema(example = "not told")] enum E {}
        fn f<'a>(c: char) { tracing::warn!(x = 1, "not told"); let q = '"'; x.expect("not told"); told("one \
            line\n\"two\"", r#"raw "text""#) }
        #[cfg(test)]
        mod tests { const T: &str = "not seen"; }
    "##;
    let found: Vec<(bool, String)> = literals(source).into_iter().map(|l| (l.told, l.text)).collect();
    let expected = [
        (true, "told {0}"),
        (false, "not told"),
        (false, "not told"),
        (false, "not told"),
        (true, "one line\n\"two\""),
        (true, "raw \"text\""),
    ];
    assert_eq!(found, expected.map(|(told, text)| (told, text.to_owned())));
}
