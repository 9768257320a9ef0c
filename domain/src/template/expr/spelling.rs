//! Texts and names as the engine reads them.

/// A literal for the engine, on one line.
pub(in crate::template) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Begin of a name the engine cannot read, written as hexadecimal digits.
const MANGLED: &str = "u_";

/// A variable's name for the engine, which reads ASCII only: `이름` is as good a name as any here.
pub(in crate::template) fn mangled(name: &str) -> String {
    let plain = name.is_ascii() && !name.starts_with(MANGLED) && !["self", "super", "loop"].contains(&name);
    if plain { name.to_owned() } else { name.bytes().fold(MANGLED.to_owned(), |out, byte| format!("{out}{byte:02x}")) }
}

/// The name that [`mangled`] was given.
pub(in crate::template) fn unmangled(name: &str) -> Option<String> {
    let digits = name.strip_prefix(MANGLED)?.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}
