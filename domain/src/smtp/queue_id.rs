//! The id a server gives a mail it has taken, out of the words of its reply. No standard says how it is written.

/// Longest id kept.
const MAX_ID: usize = 200;

/// The server's own id of the mail, from the text of its final reply without codes; `None` where none can be made out.
///
/// | server | text |
/// |---|---|
/// | Postfix, SendGrid | `Ok: queued as 4bQx1` |
/// | SES | `Ok 0100018f-…-000000` |
/// | Gmail, Naver | `OK  1700000000 d9443c01a7336-1d… - gsmtp` |
/// | Exim | `OK id=1r2x3Y-000000-00` |
/// | Sendmail | `3AUMdVfK Message accepted for delivery` |
/// | Exchange | `<id@host> [InternalId=…] Queued mail for delivery` |
#[must_use]
pub fn queue_id(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let after = |mark: &str| lower.find(mark).and_then(|at| text[at + mark.len()..].split_ascii_whitespace().next());
    let found = after("queued as ").or_else(|| after("id="));
    if let Some(id) = found.filter(|_| !lower.contains("[internalid=")) {
        return fit(id);
    }
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words.as_slice() {
        [.., id, "-", host] if host.ends_with("smtp") => fit(id),
        [id, ..] if id.starts_with('<') => fit(id),
        [id, "Message", "accepted", ..] => fit(id),
        [ok, id] if ok.eq_ignore_ascii_case("ok") => fit(id).filter(|id| id.bytes().any(|b| b.is_ascii_digit())),
        _ => None,
    }
}

fn fit(id: &str) -> Option<&str> {
    let id = id.trim_matches(|c: char| matches!(c, '<' | '>' | '.' | ',' | ';' | '(' | ')'));
    (!id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|b| b.is_ascii_graphic())).then_some(id)
}

/// The id in the `Message-ID` line of a mail's header, without its angle brackets.
#[must_use]
pub fn message_id(head: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"message-id:";
    let line = head.split(|b| *b == b'\n').find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    fit(std::str::from_utf8(&line[NAME.len()..]).ok()?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_the_servers_there_are() {
        for (text, id) in [
            ("Ok: queued as 4bQx1Z0Xyz", Some("4bQx1Z0Xyz")),
            ("Ok 0100018c2f-77aa-000000", Some("0100018c2f-77aa-000000")),
            ("OK  1700000000 d9443c01a7336-1d0c0f3b2asm123.45 - gsmtp", Some("d9443c01a7336-1d0c0f3b2asm123.45")),
            ("OK g2xl9RfyRTuUaQ9g8H6oHQ - nsmtp", Some("g2xl9RfyRTuUaQ9g8H6oHQ")),
            ("OK id=1r2x3Y-000000-00", Some("1r2x3Y-000000-00")),
            ("3AUMdVfK012345 Message accepted for delivery", Some("3AUMdVfK012345")),
            ("<a@b.kr> [InternalId=123, Hostname=x] 9 bytes in 0.1, 2 KB/sec Queued mail for delivery", Some("a@b.kr")),
            ("OK", None),
            ("Ok thanks", None),
            ("accepted, thank you", None),
            ("", None),
        ] {
            assert_eq!(queue_id(text), id, "{text}");
        }
    }

    #[test]
    fn the_message_id_is_found_whatever_its_case() {
        assert_eq!(message_id(b"From: a@b.kr\r\nMessage-ID: <x-1@b.kr>\r\nTo: c@d.kr\r\n"), Some("x-1@b.kr"));
        assert_eq!(message_id(b"message-id:<y@b.kr>\r\n"), Some("y@b.kr"));
        assert_eq!(message_id(b"Subject: none\r\n"), None);
    }
}
