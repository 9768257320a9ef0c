//! Ids of other mails, by which readers put mails into threads (RFC 5322 section 3.6.4).

use super::header::{HeaderFault, shown};

/// Checks the value of `In-Reply-To` or `References`: one id or several, each in angle brackets.
///
/// # Errors
/// Anything else: readers would put the mail into no thread, or a strict one refuse it.
pub(super) fn check_ids(name: &str, value: &str) -> Result<(), HeaderFault> {
    let fault = |what: String| {
        let remedy = "give ids as they stand in Message-ID, such as <id@example.com>, with spaces between";
        Err(HeaderFault::new("message_id", what, remedy))
    };
    let mut rest = value.trim_matches([' ', '\t']);
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            return fault(format!("`{name}` holds something else than ids in angle brackets"));
        };
        let Some((id, others)) = inner.split_once('>') else {
            return fault(format!("`{name}` holds an id that is not closed"));
        };
        if let Some(c) = id.chars().find(|c| !is_of_id(*c)) {
            let character = shown(c);
            return fault(format!("`{name}` holds an id with {character}"));
        }
        if !id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@')) {
            return fault(format!("`{name}` holds `<{id}>`, which is not of the form <left@right>"));
        }
        rest = others.trim_start_matches([' ', '\t']);
    }
    Ok(())
}

/// Characters of `dot-atom-text` and of `no-fold-literal`. Colons, which Exchange writes, are let through.
fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~@[]:".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_or_many_are_taken() {
        let many = (0..200).map(|i| format!("<{i}.abc+d@mail.example.com>")).collect::<Vec<_>>().join(" ");
        for value in ["<a@b>", " <a@b.kr>\t<c$d=e@[192.0.2.1]> ", "<a@b><c@d>", many.as_str()] {
            assert_eq!(check_ids("References", value), Ok(()), "{value}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for bad in [
            "a@b.kr",
            "<a@b.kr",
            "<>",
            "<@>",
            "<a@>",
            "<a@b@c>",
            "<a b@c>",
            "<한글@b.kr>",
            "<a@b.kr>, <c@d.kr>",
            "hello <a@b.kr>",
            "<a\"b@c>",
        ] {
            let refused = check_ids("In-Reply-To", bad).unwrap_err();
            assert_eq!(refused.code, "message_id", "{bad}");
            assert!(refused.fault.starts_with("`In-Reply-To` "), "{}", refused.fault);
        }
    }
}
