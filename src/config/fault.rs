//! What is wrong with a configuration, said so that it can be put right.

use std::fmt;

/// One fault: which key, what is wrong with it, what to do. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key as it was written: `SERVER_PORT`, `server.port`, `--port`; or the file.
    pub key: String,
    pub fault: String,
    pub remedy: String,
}

impl Fault {
    pub(super) fn new(key: impl Into<String>, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { key: key.into(), fault: fault.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.key, self.fault, self.remedy)
    }
}

/// Why the configuration cannot be used: every fault found, one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<Fault>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
