//! Where the configuration comes from: the only file that looks at the process and its files.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{
    ConfigErrors, Fault, Flags, Profile, dotenv, language, names,
    profile::{self, PROFILE_NAME},
};
use crate::words::Language;

/// The file read where neither `--config` nor `JEBI_CONFIG` names one.
const USUAL_FILE: &str = "jebi.toml";
/// Names the configuration file.
pub(super) const FILE_NAME: &str = "JEBI_CONFIG";

/// A configuration file that has been read.
#[derive(Clone)]
pub struct FileSource {
    /// For messages.
    pub path: PathBuf,
    pub text: String,
}

/// All layers above the defaults, as values. `Sources::default()` gives the defaults alone.
#[derive(Clone, Default)]
pub struct Sources {
    /// `jebi.toml`.
    pub file: Option<FileSource>,
    /// The text of `.env`.
    pub dotenv: Option<String>,
    /// The profile named by `JEBI_ENV`.
    pub profile: Option<Profile>,
    /// The real environment.
    pub env: BTreeMap<String, String>,
    pub flags: Flags,
}

impl Sources {
    /// Reads the environment, the configuration file, and in the working directory `.env` and the files of the profile.
    ///
    /// # Errors
    /// A file that is there, or was named, but cannot be read as text; a name of ours with a value that is not text; a profile
    /// without files.
    pub fn from_process(flags: Flags) -> Result<Self, ConfigErrors> {
        let mut faults = Vec::new();
        let env = environment(&mut faults);
        Self::gather(Path::new(""), env, flags, faults)
    }

    /// The same with a folder for the working directory and an environment given.
    ///
    /// # Errors
    /// As [`Sources::from_process`].
    pub fn from_folder(folder: &Path, env: BTreeMap<String, String>, flags: Flags) -> Result<Self, ConfigErrors> {
        Self::gather(folder, env, flags, Vec::new())
    }

    fn gather(folder: &Path, env: BTreeMap<String, String>, flags: Flags, mut faults: Vec<Fault>) -> Result<Self, ConfigErrors> {
        let dotenv = keep(read_if_there(&folder.join(".env")), ".env", &mut faults).flatten();
        let usual = folder.join(USUAL_FILE);
        let (path, text) = match named_file(&flags, &env, dotenv.as_deref()) {
            Some((key, path)) => {
                let text = keep(fs::read_to_string(&path), &format!("{key}: {}", path.display()), &mut faults);
                (path, text)
            }
            None => {
                let text = keep(read_if_there(&usual), USUAL_FILE, &mut faults).flatten();
                (usual, text)
            }
        };
        let profile = named(PROFILE_NAME, &env, dotenv.as_deref()).map(|name| profile::read(&name, &path, folder));
        let profile = profile.and_then(|read| read.map_err(|fault| faults.push(fault)).ok());
        if !faults.is_empty() {
            return Err(ConfigErrors(faults));
        }
        Ok(Self { file: text.map(|text| FileSource { path, text }), dotenv, profile, env, flags })
    }
}

/// The language of the start-up and of commands: `JEBI_LANG`, else the locale. Wanted before the configuration is read; what is
/// wrong with its sources is told when they are.
#[must_use]
pub fn spoken_language() -> Language {
    let dotenv = read_if_there(Path::new(".env")).unwrap_or_default();
    language::choose(&environment(&mut Vec::new()), dotenv.as_deref())
}

/// The real environment. Other programs' names may hold anything; ours must be text.
fn environment(faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let all = std::env::vars_os();
    let mut env = BTreeMap::new();
    for (name, value) in all {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => {
                env.insert(name, value);
            }
            Err(_) if names::is_ours(&name) => faults.push(Fault::new(name, "is not UTF-8 text", "write it in UTF-8")),
            Err(_) => {}
        }
    }
    env
}

/// The file named by the flag, the environment or `.env`, and which of them named it.
fn named_file(flags: &Flags, env: &BTreeMap<String, String>, dotenv: Option<&str>) -> Option<(&'static str, PathBuf)> {
    if let Some(path) = &flags.config {
        return Some(("--config", path.clone()));
    }
    named(FILE_NAME, env, dotenv).map(|path| (FILE_NAME, path.into()))
}

/// What a name says that decides which files are read: in the environment, else in `.env`.
fn named(name: &str, env: &BTreeMap<String, String>, dotenv: Option<&str>) -> Option<String> {
    let given = env.get(name).filter(|value| !value.is_empty()).cloned();
    // Faults of .env are listed when it is read as a layer.
    let given = given.or_else(|| dotenv::parse(dotenv?, ".env").0.into_iter().rfind(|l| l.name == name).map(|l| l.value));
    given.filter(|value| !value.is_empty())
}

/// A file's text; none where there is no such file.
pub(super) fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The outcome of a reading; a failure is noted under the name of what was read.
fn keep<T>(read: io::Result<T>, what: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let remedy = "correct the path, or the file's rights or encoding (UTF-8)";
    read.map_err(|e| faults.push(Fault::new(what, format!("cannot be read: {e}"), remedy))).ok()
}
