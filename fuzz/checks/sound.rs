//! The hard rules every mail keeps whatever is in it (RFC 5322 sections 2.1.1, 2.2 and 3.6).

/// Checks a whole mail; the fault in words.
pub fn check(mail: &[u8]) -> Result<(), String> {
    let fault = |what: String| Err(what);
    let Ok(text) = std::str::from_utf8(mail) else { return fault("not ASCII".to_owned()) };
    if let Some(c) = text.chars().find(|c| !matches!(c, ' '..='~' | '\t' | '\r' | '\n')) {
        return fault(format!("it holds U+{:04X}", u32::from(c)));
    }
    if !text.ends_with("\r\n") {
        return fault("the last line is not ended".to_owned());
    }
    for (at, line) in text.split("\r\n").enumerate() {
        if line.contains(['\r', '\n']) {
            return fault(format!("a bare line break in line {at}: {line:?}"));
        }
        if line.len() > 998 {
            return fault(format!("line {at} has {} bytes", line.len()));
        }
    }
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return fault("no body".to_owned()) };
    let names: Vec<_> = head.split("\r\n").filter(|l| !l.starts_with([' ', '\t'])).map(|l| l.split_once(':').map(|(n, _)| n)).collect();
    for once in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "X-Jebi-Delivery-Id", "Content-Type"] {
        let times = names.iter().filter(|n| n.is_some_and(|n| n.eq_ignore_ascii_case(once))).count();
        if times != 1 {
            return fault(format!("{once} {times} times in {head}"));
        }
    }
    if names.iter().any(|n| n.is_none_or(|n| n.eq_ignore_ascii_case("bcc"))) {
        return fault(format!("a line that is no header, or Bcc, in {head}"));
    }
    Ok(())
}
