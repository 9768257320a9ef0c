//! Addresses made to be thrown away: mail to them is read by nobody, or by everybody.

use std::{collections::HashSet, sync::LazyLock};

/// The list that is shipped.
static SHIPPED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(include_str!("disposable.txt")).map(|(_, line)| line).collect());

/// Lines that say something, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let told = (1..).zip(text.lines()).map(|(no, line)| (no, line.split('#').next().unwrap_or_default().trim()));
    told.filter(|(_, line)| !line.is_empty())
}

/// Domains of such addresses; the shipped ones where nothing else is said. A domain means those below it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disposable {
    /// Whether the shipped ones are left out.
    own_only: bool,
    added: HashSet<String>,
    taken_out: HashSet<String>,
}

impl Disposable {
    /// Reads a file laid over the shipped list: a domain a line; `!domain` takes one out of the shipped list, `!*` all of them; what stands
    /// after `#` is not read.
    ///
    /// # Errors
    /// The first line that is none of these, with its number.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut list = Self::default();
        for (no, line) in lines(text.trim_start_matches('\u{feff}')) {
            if line == "!*" {
                list.own_only = true;
                continue;
            }
            let (domain, out) = line.strip_prefix('!').map_or((line, false), |domain| (domain.trim(), true));
            // A domain is good where an address in it is.
            let Ok(address) = super::parse(&format!("all@{domain}")) else { return Err((no, line.to_owned())) };
            let domain = address.trim_start_matches("all@").to_owned();
            if out {
                list.taken_out.insert(domain)
            } else {
                list.added.insert(domain)
            };
        }
        Ok(list)
    }

    /// Whether an address is of such a domain, or of one below it.
    #[must_use]
    pub fn holds(&self, email: &str) -> bool {
        let Some((_, domain)) = email.rsplit_once('@') else { return false };
        let domain = super::key(domain);
        let mut rest = Some(&*domain);
        while let Some(name) = rest {
            if self.added.contains(name) || (!self.own_only && SHIPPED.contains(name) && !self.taken_out.contains(name)) {
                return true;
            }
            rest = name.split_once('.').map(|(_, above)| above).filter(|above| above.contains('.'));
        }
        false
    }
}

/// What is done with disposable addresses when mail is taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The address is refused.
    Refuse,
    /// It gets its mail, and the answer says so: a person may have given it on purpose, and asked for what is sent.
    #[default]
    Warn,
    Allow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_knows_the_documents_five_and_no_provider() {
        let shipped = Disposable::default();
        // Requirement S0-12.
        for domain in ["tempmail.com", "throwaway.email", "10minutemail.com", "guerrillamail.com", "mailinator.com"] {
            assert!(shipped.holds(&format!("hong@{domain}")), "{domain}");
        }
        assert!(shipped.holds("hong@sub.Mailinator.com"));
        for provider in super::super::near::PROVIDERS {
            assert!(!shipped.holds(&format!("hong@{provider}")), "{provider}");
        }
        assert!(!shipped.holds("hong@my-mailinator.example.kr") && !shipped.holds("mailinator.com"));
        assert!(SHIPPED.len() > 10_000);
    }

    #[test]
    fn every_shipped_domain_is_one() {
        for domain in SHIPPED.iter() {
            let read = super::super::parse(&format!("all@{domain}"));
            assert_eq!(read.as_deref(), Ok(&*format!("all@{domain}")), "{domain}");
        }
    }

    #[test]
    fn a_file_adds_to_the_list_and_takes_out_of_it() {
        let list = Disposable::read("\u{feff}# 우리 목록\nTemp.example.kr # 하나\n!mailinator.com\n\n한국.kr\r\n").expect("a list");
        assert!(list.holds("hong@temp.example.kr") && list.holds("hong@xn--3e0b707e.kr") && list.holds("hong@tempmail.com"));
        assert!(!list.holds("hong@mailinator.com") && !list.holds("hong@example.kr"));
        let own = Disposable::read("!*\ntemp.example.kr").expect("a list");
        assert!(own.holds("hong@temp.example.kr") && !own.holds("hong@tempmail.com"));
        assert_eq!(Disposable::read("a.kr\nnot a domain\n"), Err((2, "not a domain".to_owned())));
    }
}
