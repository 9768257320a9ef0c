//! What a key is: its path, its names in the environment, its flag; and where a value came from.

use std::fmt;

/// One thing that may be set. Its meaning, unit and range stand in `default.toml`.
#[derive(Debug)]
pub(super) struct Key {
    /// `section.key`, as in `jebi.toml` and `--set`.
    pub path: &'static str,
    /// Names in the environment; the first that is set counts.
    pub names: &'static [&'static str],
    /// Never shown; may also be read from a file named by `<NAME>_FILE` or `section.key_file`.
    pub secret: bool,
}

impl Key {
    pub const fn new(path: &'static str, names: &'static [&'static str]) -> Self {
        Self { path, names, secret: false }
    }

    pub const fn secret(path: &'static str, names: &'static [&'static str]) -> Self {
        Self { path, names, secret: true }
    }

    /// Its name within its section.
    pub fn last(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The section it belongs to.
    pub fn section(&self) -> &'static str {
        self.path.split('.').next().unwrap_or(self.path)
    }
}

/// The layer a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File,
    ProfileFile,
    Dotenv,
    ProfileDotenv,
    Env,
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "file",
            Self::ProfileFile => "profile file",
            Self::Dotenv => ".env",
            Self::ProfileDotenv => "profile .env",
            Self::Env => "env",
            Self::Flag => "flag",
        })
    }
}
