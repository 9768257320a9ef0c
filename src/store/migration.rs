//! One numbered step of the schema, as every engine has it.

use std::fmt;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// From 1, without a gap.
    pub no: u32,
    pub name: &'static str,
}

/// As its file is called: `0005_access`.
impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}_{}", self.no, self.name)
    }
}
