//! Profiles: settings for one environment (requirement S0-15). `JEBI_ENV=staging` lays `jebi.staging.toml` over `jebi.toml` and
//! `.env.staging` over `.env`.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Fault, FileSource, parse::shown, sources::read_if_there};

/// Names the profile.
pub(super) const PROFILE_NAME: &str = "JEBI_ENV";
/// Longest name, in characters.
const LONGEST: usize = 32;

/// A profile and its files, read; at least one of them is there.
#[derive(Clone, Default)]
pub struct Profile {
    pub name: String,
    /// `jebi.<name>.toml`.
    pub file: Option<FileSource>,
    /// The text of `.env.<name>`.
    pub dotenv: Option<String>,
}

/// Reads the files of a profile: the one beside the configuration file `base`, and the one in `folder`.
pub(super) fn read(name: &str, base: &Path, folder: &Path) -> Result<Profile, Fault> {
    check(name)?;
    let (file, dotenv) = (beside(base, name), folder.join(format!(".env.{name}")));
    let text = |path: &Path| read_if_there(path).map_err(|e| unreadable(path, &e));
    let (file_text, dotenv_text) = (text(&file)?, text(&dotenv)?);
    if file_text.is_none() && dotenv_text.is_none() {
        let fault = format!("names the profile {name}, but there is neither {} nor {}", file.display(), dotenv.display());
        return Err(Fault::new(PROFILE_NAME, fault, "make one of them, or remove the name to go without a profile"));
    }
    Ok(Profile { name: name.to_owned(), file: file_text.map(|text| FileSource { path: file, text }), dotenv: dotenv_text })
}

/// The name becomes part of file names.
fn check(name: &str) -> Result<(), Fault> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    if (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    let remedy = format!("write 1 to {LONGEST} lower case letters, digits, - and _, such as staging");
    Err(Fault::new(PROFILE_NAME, format!("{} is not the name of a profile", shown(name)), remedy))
}

/// `jebi.toml` is `jebi.staging.toml`.
fn beside(base: &Path, name: &str) -> PathBuf {
    let extension = base.extension().map_or_else(|| "toml".into(), |e| e.to_string_lossy().into_owned());
    base.with_extension(format!("{name}.{extension}"))
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let fault = format!("{}: cannot be read: {error}", path.display());
    Fault::new(PROFILE_NAME, fault, "correct the file's rights or encoding (UTF-8)")
}
