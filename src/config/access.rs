//! `[access]`: who may call.

use super::{
    Secret,
    key::Key,
    reader::{Bad, Reader},
};

/// A key shorter than this could be guessed.
const SHORTEST: usize = 32;
/// Longer than any key a generator makes; it travels in a header.
const LONGEST: usize = 512;

const API_KEY: Key = Key::secret("access.api_key", &["JEBI_API_KEY"]);

pub(super) const KEYS: &[&Key] = &[&API_KEY];

/// Keys given from outside.
#[derive(Clone, Debug)]
pub struct Access {
    /// A first API key, 32 to 512 visible ASCII characters; without one the first start makes one and prints it.
    pub api_key: Option<Secret>,
}

pub(super) fn read(r: &mut Reader) -> Option<Access> {
    Some(Access { api_key: r.may(&API_KEY, api_key)? })
}

fn api_key(text: &str) -> Result<Secret, Bad> {
    let remedy = "make one with `openssl rand -hex 32`";
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Bad::new("holds a space or a character that cannot stand in a header", remedy));
    }
    if text.len() < SHORTEST {
        return Err(Bad::new(format!("has {} characters, and at least {SHORTEST} are needed", text.len()), remedy));
    }
    if text.len() > LONGEST {
        return Err(Bad::new(format!("has {} characters, and at most {LONGEST} are taken", text.len()), remedy));
    }
    Ok(Secret::new(text))
}
