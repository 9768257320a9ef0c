//! What an address looks like before anything is sent to it, and what that comes to.

use super::key;

/// Local parts that belong to a task and not to a person (RFC 2142, and what is usual beside it).
const ROLES: [&str; 44] = [
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "all",
    "billing",
    "career",
    "careers",
    "contact",
    "cs",
    "customer",
    "dev",
    "do-not-reply",
    "donotreply",
    "ftp",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "jobs",
    "mailer-daemon",
    "marketing",
    "master",
    "news",
    "newsletter",
    "no-reply",
    "noc",
    "noreply",
    "office",
    "postmaster",
    "press",
    "privacy",
    "recruit",
    "root",
    "sales",
    "security",
    "service",
    "spam",
    "support",
    "team",
    "webmaster",
];

/// Whether an address belongs to a task: several people read it or nobody does, and complaints are likely.
#[must_use]
pub fn is_role(email: &str) -> bool {
    let email = key(email);
    let Some((local, _)) = email.rsplit_once('@') else { return false };
    ROLES.binary_search(&local.split('+').next().unwrap_or_default()).is_ok()
}

/// What the domain name system says of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receives {
    /// It has hosts that take mail (MX), or is one itself (RFC 5321 section 5.1).
    Yes,
    /// There is no such domain, or it names no host at all.
    No,
    /// It says that it takes no mail (RFC 7505).
    Refuses,
    /// Nobody could be asked in time, and why: says nothing of the domain.
    Unknown(String),
}

/// What was found of an address; the worst comes first in [`Self::verdict`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// It is no address.
    pub malformed: bool,
    /// Nothing at its domain takes mail.
    pub no_mail: bool,
    /// The list keeps all mail to it back.
    pub suppressed: bool,
    /// The list keeps some mail to it back.
    pub partly_suppressed: bool,
    pub typo: bool,
    pub disposable: bool,
    pub role: bool,
    /// Whether its domain takes mail is not known.
    pub unknown: bool,
}

/// What they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it. Whether somebody reads it only a mail can tell.
    Good,
    /// It takes mail, and sending may be a mistake.
    Risky,
    /// Mail to it does not arrive, or is not sent.
    Bad,
    /// What would have told is not known now; ask again.
    Unknown,
}

impl Verdict {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Risky => "risky",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

impl Findings {
    /// What they come to. That the domain name system does not answer never makes an address bad.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        if self.malformed || self.no_mail || self.suppressed {
            return Verdict::Bad;
        }
        if self.typo || self.disposable || self.role || self.partly_suppressed {
            return Verdict::Risky;
        }
        if self.unknown { Verdict::Unknown } else { Verdict::Good }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_told_from_people() {
        assert!(ROLES.is_sorted());
        for task in ["info@example.kr", "No-Reply@example.kr", "support+kr@example.kr", "abuse@example.kr"] {
            assert!(is_role(task), "{task}");
        }
        for person in ["hong@example.kr", "information@example.kr", "admin.kim@example.kr", "info"] {
            assert!(!is_role(person), "{person}");
        }
    }

    #[test]
    fn the_worst_decides_and_silence_is_never_bad() {
        let all = Findings::default();
        assert_eq!(all.verdict(), Verdict::Good);
        assert_eq!(Findings { unknown: true, ..all }.verdict(), Verdict::Unknown);
        assert_eq!(Findings { unknown: true, typo: true, ..all }.verdict(), Verdict::Risky);
        assert_eq!(Findings { disposable: true, malformed: true, ..all }.verdict(), Verdict::Bad);
        for bad in [Findings { no_mail: true, ..all }, Findings { suppressed: true, role: true, ..all }] {
            assert_eq!(bad.verdict(), Verdict::Bad);
        }
        for risky in [Findings { role: true, ..all }, Findings { partly_suppressed: true, ..all }] {
            assert_eq!(risky.verdict(), Verdict::Risky);
        }
    }
}
