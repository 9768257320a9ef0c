//! Addresses that are not to be mailed.

use serde::{Deserialize, Serialize};

/// Why an address is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionCause {
    /// The provider reported a permanent bounce.
    Bounce,
    /// The recipient reported the mail as spam.
    Complaint,
    /// An operator put it there.
    Manual,
}

impl SuppressionCause {
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Bounce => 1,
            Self::Complaint => 2,
            Self::Manual => 3,
        }
    }
    /// Reads [`Self::code`]; `None` for a number this version does not know.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Bounce, Self::Complaint, Self::Manual].into_iter().find(|c| c.code() == code)
    }
}
