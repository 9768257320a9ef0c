//! Where the configuration comes from: the only file that looks at the process and its files.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{ConfigErrors, Fault, Flags, dotenv, language, names};
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
    /// The real environment.
    pub env: BTreeMap<String, String>,
    pub flags: Flags,
}

impl Sources {
    /// Reads the environment, `.env` in the working directory and the configuration file.
    ///
    /// # Errors
    /// A file that is there, or was named, but cannot be read as text; a name of ours with a value that is not text.
    pub fn from_process(flags: Flags) -> Result<Self, ConfigErrors> {
        let mut faults = Vec::new();
        let env = environment(&mut faults);
        let dotenv = keep(read_if_there(Path::new(".env")), ".env", &mut faults).flatten();
        let named = named_file(&flags, &env, dotenv.as_deref());
        let file = match named {
            Some((key, path)) => {
                keep(fs::read_to_string(&path), &format!("{key}: {}", path.display()), &mut faults).map(|text| (path, text))
            }
            None => keep(read_if_there(Path::new(USUAL_FILE)), USUAL_FILE, &mut faults).flatten().map(|text| (USUAL_FILE.into(), text)),
        };
        if !faults.is_empty() {
            return Err(ConfigErrors(faults));
        }
        Ok(Self { file: file.map(|(path, text)| FileSource { path, text }), dotenv, env, flags })
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
    let given = env.get(FILE_NAME).cloned();
    // Faults of .env are listed when it is read as a layer.
    let given = given.or_else(|| dotenv::parse(dotenv?).0.into_iter().rfind(|l| l.name == FILE_NAME).map(|l| l.value));
    given.filter(|path| !path.is_empty()).map(|path| (FILE_NAME, path.into()))
}

/// A file's text; none where there is no such file.
fn read_if_there(path: &Path) -> io::Result<Option<String>> {
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
