//! Lays defaults, file, environment and flags over each other. The result is text per key, with its origin.

use std::{collections::BTreeMap, fs};

use super::{
    DEFAULTS, Fault, Sources, all_keys, dotenv,
    key::{Key, Origin},
    names,
    profile::PROFILE_NAME,
};

/// The value a key has after all layers.
#[derive(Clone)]
pub(super) struct Entry {
    pub text: String,
    pub origin: Origin,
    /// The key as it was written there.
    pub written: String,
}

/// What the environment says about a name.
struct Named {
    value: String,
    origin: Origin,
    refers: bool,
}

/// All layers, merged.
#[derive(Default)]
pub(super) struct Layers {
    values: BTreeMap<&'static str, Entry>,
    /// Paths of files that hold secrets, by the secret's key.
    files: BTreeMap<&'static str, Entry>,
    /// Every name in the environment that has a value, ours or not.
    environment: BTreeMap<String, Named>,
    pub faults: Vec<Fault>,
    /// Told at start, nothing to do.
    pub notices: Vec<String>,
    /// Secrets given by flag, which every user of the machine can read.
    pub exposed: Vec<String>,
}

impl Layers {
    pub fn of(sources: &Sources) -> Self {
        let mut layers = Self::default();
        layers.add_file(DEFAULTS, "default.toml", Origin::Default);
        if let Some(file) = &sources.file {
            layers.add_file(&file.text, &file.path.display().to_string(), Origin::File);
        }
        if let Some(file) = sources.profile.as_ref().and_then(|profile| profile.file.as_ref()) {
            layers.add_file(&file.text, &file.path.display().to_string(), Origin::ProfileFile);
        }
        layers.add_environment(sources);
        layers.add_flags(sources);
        layers.read_secret_files();
        layers
    }

    pub fn get(&self, key: &Key) -> Option<&Entry> {
        self.values.get(key.path)
    }

    /// A name's value in the environment, `.env` included; an empty one counts as not set.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(|n| n.value.as_str())
    }

    /// Names in the environment, and whether they stand in `.env`.
    pub fn env_names(&self) -> impl Iterator<Item = (&str, bool)> {
        self.environment.iter().map(|(name, n)| (name.as_str(), matches!(n.origin, Origin::Dotenv | Origin::ProfileDotenv)))
    }

    /// Whether a key of this section was set by file or flag.
    pub fn names_section(&self, section: &str) -> Option<&Entry> {
        let chosen = |e: &&Entry| matches!(e.origin, Origin::File | Origin::ProfileFile | Origin::Flag);
        all_keys().filter(|k| k.section() == section).filter_map(|k| self.get(k)).find(chosen)
    }

    fn add_file(&mut self, text: &str, path: &str, origin: Origin) {
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(e) => {
                let line = e.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
                let fault = format!("line {line} is not TOML ({})", e.message().replace('\n', ", "));
                return self.faults.push(Fault::new(path, fault, "correct it; `jebi config --defaults` shows every key"));
            }
        };
        for (section, value) in table {
            let toml::Value::Table(keys) = value else {
                self.faults.push(names::unknown_path(&section));
                continue;
            };
            for (key, value) in keys {
                let path = format!("{section}.{key}");
                let text = match value {
                    toml::Value::String(text) => text,
                    toml::Value::Integer(number) => number.to_string(),
                    toml::Value::Float(number) => number.to_string(),
                    toml::Value::Boolean(yes) => yes.to_string(),
                    toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                        self.faults.push(Fault::new(path, "is not a single text or number", "write one value"));
                        continue;
                    }
                };
                self.put(&path, Entry { text, origin, written: path.clone() });
            }
        }
    }

    fn add_environment(&mut self, sources: &Sources) {
        self.add_dotenv(sources.dotenv.as_deref(), ".env", Origin::Dotenv);
        if let Some(profile) = &sources.profile {
            self.add_dotenv(profile.dotenv.as_deref(), &format!(".env.{}", profile.name), Origin::ProfileDotenv);
        }
        let filled = |(_, value): &(&String, &String)| !value.is_empty();
        for (name, value) in sources.env.iter().filter(filled) {
            self.environment.insert(name.clone(), Named { value: value.clone(), origin: Origin::Env, refers: false });
        }
        // Compose files write NAME=${NAME:-}: an empty value means not set.
        self.environment.retain(|_, named| !named.value.is_empty());
        self.faults.extend(names::unknown_jebi_names(self.environment.keys()));
        for key in all_keys() {
            self.add_names(key);
        }
    }

    fn add_dotenv(&mut self, text: Option<&str>, file: &str, origin: Origin) {
        let (lines, faults) = text.map(|text| dotenv::parse(text, file)).unwrap_or_default();
        self.faults.extend(faults);
        for line in lines {
            if origin == Origin::ProfileDotenv && line.name == PROFILE_NAME {
                let remedy = "write it into the environment or .env";
                self.faults.push(Fault::new(PROFILE_NAME, format!("stands in {file}, the file it chooses"), remedy));
                continue;
            }
            self.environment.insert(line.name, Named { value: line.value, origin, refers: line.refers });
        }
    }

    fn add_names(&mut self, key: &'static Key) {
        let set = |name: &&&str| self.environment.contains_key(**name) && names::counts(name, &self.environment[**name].value);
        let mut set = key.names.iter().filter(set).copied();
        if let Some(name) = set.next() {
            let named = &self.environment[name];
            let differs = |other: &&str| self.environment[*other].value != named.value && !names::is_foreign(other);
            for other in set.filter(differs) {
                self.notices.push(format!("{other} is not used, because {name} is set and comes first"));
            }
            if named.refers {
                let remedy = "write the value itself, or put it in single quotes where the characters are meant";
                self.faults.push(Fault::new(name, "holds a ${…}, which is not expanded", remedy));
            } else {
                let entry = Entry { text: named.value.clone(), origin: named.origin, written: name.to_owned() };
                self.values.insert(key.path, entry);
            }
        }
        if !key.secret {
            return;
        }
        for name in key.names.iter().map(|name| format!("{name}_FILE")) {
            if let Some(named) = self.environment.get(&name) {
                self.files.insert(key.path, Entry { text: named.value.clone(), origin: named.origin, written: name });
            }
        }
    }

    fn add_flags(&mut self, sources: &Sources) {
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (flag, path, value) in sources.flags.named() {
            given.insert(path.to_owned(), flag.to_owned());
            self.put(path, Entry { text: value.to_owned(), origin: Origin::Flag, written: flag.to_owned() });
        }
        for set in &sources.flags.set {
            let Some((path, value)) = set.split_once('=') else {
                self.faults.push(Fault::new("--set", "has no =", "write --set section.key=value"));
                continue;
            };
            let (path, written) = (path.trim(), format!("--set {}", path.trim()));
            if let Some(before) = given.insert(path.to_owned(), written.clone()) {
                self.faults.push(Fault::new(written, format!("is given twice ({before} sets it too)"), "keep one of them"));
                continue;
            }
            if all_keys().any(|key| key.secret && key.path == path) {
                self.exposed.push(written.clone());
            }
            self.put(path, Entry { text: value.to_owned(), origin: Origin::Flag, written });
        }
    }

    /// A value by its path, from a file or a flag.
    fn put(&mut self, path: &str, entry: Entry) {
        let is_file = |key: &Key| key.secret && path.strip_prefix(key.path) == Some("_file");
        let Some(key) = all_keys().find(|key| key.path == path || is_file(key)) else {
            return self.faults.push(names::unknown_path(&entry.written));
        };
        if entry.text.is_empty() {
            return self.faults.push(Fault::new(entry.written, "is empty", "give it a value, or leave it out"));
        }
        let values = if key.path == path { &mut self.values } else { &mut self.files };
        values.insert(key.path, entry);
    }

    fn read_secret_files(&mut self) {
        for (path, named) in std::mem::take(&mut self.files) {
            if let Some(direct) = self.values.get(path) {
                let fault = format!("is set, and so is {}", direct.written);
                self.faults.push(Fault::new(named.written, fault, "keep one of them"));
                continue;
            }
            let remedy = "write the secret into that file, or correct the path";
            let fault = match fs::read_to_string(&named.text) {
                Ok(text) if !text.trim().is_empty() => {
                    let text = text.trim_end_matches(['\r', '\n']).to_owned();
                    self.values.insert(path, Entry { text, ..named });
                    continue;
                }
                Ok(_) => format!("{} is empty", named.text),
                Err(e) => format!("{} cannot be read: {e}", named.text),
            };
            self.faults.push(Fault::new(named.written, fault, remedy));
        }
    }
}
