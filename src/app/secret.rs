//! The installation's secret: what keys of links are made of. It is in no store: `JEBI_SECRET`, or a file beside the database that only its
//! owner can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use jebi_domain::port::Random;

use super::StartError;
use crate::config::{Config, DatabaseUrl};

/// Bytes of a secret made here.
const RANDOM: usize = 32;
/// Only its owner reads and writes it.
const OWNER_ONLY: u32 = 0o600;

/// Where the secret came from.
pub(super) enum Secret {
    /// The configuration: other nodes have the same.
    Given(Vec<u8>),
    /// A file of this installation alone.
    Own(Vec<u8>),
}

impl Secret {
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Given(bytes) | Self::Own(bytes) => bytes,
        }
    }
}

/// The secret; `None` where several nodes would each have one of their own. The store is open, so no other process makes the file.
///
/// # Errors
/// The file can neither be read nor made.
pub(super) fn secret(config: &Config, random: &dyn Random) -> Result<Option<Secret>, StartError> {
    if let Some(given) = &config.lists.secret {
        return Ok(Some(Secret::Given(given.reveal().as_bytes().to_vec())));
    }
    let DatabaseUrl::Sqlite(database) = &config.database.url else { return Ok(None) };
    let file = database.with_extension("secret");
    let failed = |source: io::Error| StartError::Secret { file: file.display().to_string(), source };
    match fs::read_to_string(&file) {
        Ok(text) if !text.trim().is_empty() => {
            let mode = fs::metadata(&file).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                tracing::warn!(file = %file.display(), "other users of this machine can read the secret of links in mail: chmod 600 it");
            }
            Ok(Some(Secret::Own(text.trim().as_bytes().to_vec())))
        }
        // An empty file is what a crash between making and writing leaves.
        Ok(_) => make(&file, random).map(|made| Some(Secret::Own(made))).map_err(failed),
        Err(e) if e.kind() == io::ErrorKind::NotFound => make(&file, random).map(|made| Some(Secret::Own(made))).map_err(failed),
        Err(e) => Err(failed(e)),
    }
}

fn make(file: &Path, random: &dyn Random) -> io::Result<Vec<u8>> {
    let mut bytes = [0; RANDOM];
    random.fill(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(file)?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(text.into_bytes())
}
