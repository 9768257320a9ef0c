//! Addresses as the envelope takes them (RFC 5321 section 4.1.2; RFC 6531 for what is not ASCII).

use std::borrow::Cow;

/// An address that can stand between angle brackets without ending them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    pub address: Cow<'a, str>,
    /// The local part is not ASCII: the server has to offer SMTPUTF8.
    pub needs_utf8: bool,
}

/// Why an address can't be in an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    #[error("the address holds a control character, a space or an angle bracket")]
    Unsafe,
    #[error("the address has no domain that names can be made of")]
    Domain,
}

impl<'a> Path<'a> {
    /// An international domain becomes A-labels, which every server takes.
    ///
    /// # Errors
    /// What is wrong with it. Addresses that were checked when they were accepted have no fault.
    pub fn of(address: &'a str) -> Result<Self, PathFault> {
        if address.bytes().any(|b| b <= b' ' || matches!(b, b'<' | b'>' | 0x7f)) {
            return Err(PathFault::Unsafe);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(PathFault::Domain)?;
        if local.is_empty() || domain.is_empty() {
            return Err(PathFault::Domain);
        }
        if address.is_ascii() {
            return Ok(Self { address: Cow::Borrowed(address), needs_utf8: false });
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| PathFault::Domain)?;
        Ok(Self { address: Cow::Owned(format!("{local}@{domain}")), needs_utf8: !local.is_ascii() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_server_takes_is_made_where_it_can_be() {
        assert_eq!(Path::of("a.b+c@naver.com"), Ok(Path { address: "a.b+c@naver.com".into(), needs_utf8: false }));
        assert_eq!(Path::of("hong@한글.kr"), Ok(Path { address: "hong@xn--bj0bj06e.kr".into(), needs_utf8: false }));
        assert_eq!(Path::of("홍길동@한글.kr"), Ok(Path { address: "홍길동@xn--bj0bj06e.kr".into(), needs_utf8: true }));
    }

    #[test]
    fn nothing_can_leave_its_brackets() {
        for bad in ["a@b.kr>\r\nDATA", "a b@c.kr", "a@b.kr ", "<a@b.kr>", "a\t@b.kr", "a\u{7f}@b.kr"] {
            assert_eq!(Path::of(bad), Err(PathFault::Unsafe), "{bad:?}");
        }
        for bad in ["a", "@b.kr", "a@", "홍@b_.kr"] {
            assert_eq!(Path::of(bad), Err(PathFault::Domain), "{bad:?}");
        }
    }
}
