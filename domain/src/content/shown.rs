//! Whom the headers of a joint message name, where no copy has all of them.

use serde::{Deserialize, Serialize};

use crate::message::{Mailbox, Role};

/// Everybody in `To` and `Cc` of a message that goes in several envelopes: each copy names them all, so that all get the same mail
/// (requirement S0-1). Whoever gets it as `Bcc` is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Mailbox>,
}

impl Shown {
    #[must_use]
    pub fn of(all: &[(Role, Mailbox)]) -> Self {
        let those = |role: Role| all.iter().filter(|(own, _)| *own == role).map(|(_, mailbox)| mailbox.clone()).collect();
        Self { to: those(Role::To), cc: those(Role::Cc) }
    }

    /// The one named first.
    #[must_use]
    pub fn first(&self) -> Option<&Mailbox> {
        self.to.first().or(self.cc.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;

    #[test]
    fn content_without_it_is_stored_as_before_and_with_it_is_read_again() {
        let stored = r#"{"from":{"email":"news@example.kr"},"subject":"소식"}"#;
        let mut content: Content = serde_json::from_str(stored).unwrap();
        assert_eq!((serde_json::to_string(&content).unwrap().as_str(), &content.shown), (stored, &None));
        let one = |email: &str| Mailbox { email: email.to_owned(), name: Some("홍길동".to_owned()) };
        let all = [(Role::Bcc, one("b@example.kr")), (Role::Cc, one("c@example.kr"))];
        content.shown = Some(Box::new(Shown::of(&all)));
        let text = serde_json::to_string(&content).unwrap();
        assert!(text.ends_with(r#","shown":{"cc":[{"email":"c@example.kr","name":"홍길동"}]}}"#), "{text}");
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content);
    }
}
