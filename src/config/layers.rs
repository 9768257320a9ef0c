//! Lays defaults, file, environment and flags over each other. The result is text per key, with its origin.

use std::{collections::BTreeMap, fs};

use super::{
    DEFAULTS, Fault, Sources, all_keys, dotenv,
    key::{Key, Origin},
    names,
    profile::PROFILE_NAME,
    providers,
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
    values: BTreeMap<String, Entry>,
    /// The defaults alone: what a named provider does not say of itself.
    defaults: BTreeMap<String, Entry>,
    /// Named providers, in the order they were first written.
    providers: Vec<String>,
    /// Paths of files that hold secrets, by the secret's key.
    files: BTreeMap<String, Entry>,
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
        layers.defaults.clone_from(&layers.values);
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

    /// A key of a section as a named provider has it, or its default.
    pub fn get_of(&self, provider: &str, key: &Key) -> Option<&Entry> {
        self.values.get(&format!("providers.{provider}.{}", key.last())).or_else(|| self.defaults.get(key.path))
    }

    /// Named providers, in the order they were first written.
    pub fn providers(&self) -> &[String] {
        &self.providers
    }

    /// What is set of a named provider: the key's name, and how it was written.
    pub fn of_provider(&self, provider: &str) -> Vec<(String, String)> {
        let prefix = format!("providers.{provider}.");
        let all = self.values.iter().filter_map(|(path, e)| Some((path.strip_prefix(&prefix)?.to_owned(), e.written.clone())));
        all.collect()
    }

    /// Everything that is set of named providers, by path.
    pub fn named(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.values.iter().filter(|(path, _)| path.starts_with("providers.")).map(|(path, e)| (path.as_str(), e))
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
                match value {
                    toml::Value::Table(keys) if section == "providers" => self.add_provider(&key, keys, origin),
                    _ => self.add_value(format!("{section}.{key}"), value, origin),
                }
            }
        }
    }

    fn add_provider(&mut self, name: &str, keys: toml::Table, origin: Origin) {
        if !self.declare(name, &format!("providers.{name}")) {
            return;
        }
        for (key, value) in keys {
            let path = format!("providers.{name}.{key}");
            // The one key that is a list.
            let value = match value {
                toml::Value::Array(items) if key == "senders" && items.iter().all(toml::Value::is_str) => {
                    let texts: Vec<&str> = items.iter().filter_map(toml::Value::as_str).collect();
                    toml::Value::String(texts.join(", "))
                }
                other => other,
            };
            self.add_value(path, value, origin);
        }
    }

    /// Notes a named provider; `false` where it cannot be called so.
    fn declare(&mut self, name: &str, written: &str) -> bool {
        if !providers::is_name(name) {
            let remedy = "name it with 1 to 32 lower-case letters, digits, _ and -, a letter or digit first";
            self.faults.push(Fault::new(written, "is not a name a provider can have", remedy));
            return false;
        }
        if !self.providers.iter().any(|known| known == name) {
            self.providers.push(name.to_owned());
        }
        true
    }

    fn add_value(&mut self, path: String, value: toml::Value, origin: Origin) {
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                return self.faults.push(Fault::new(path, "is not a single text or number", "write one value"));
            }
        };
        self.put(&path, Entry { text, origin, written: path.clone() });
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
        self.declare_by_flag(sources);
        let named: Vec<String> = self.providers.iter().flat_map(|p| names::of_provider(p)).collect();
        self.faults.extend(names::unknown_jebi_names(self.environment.keys(), &named));
        for key in all_keys() {
            self.add_names(key);
        }
        for provider in self.providers.clone() {
            providers::named_keys().for_each(|key| self.add_names_of(&provider, key));
        }
    }

    /// Providers a flag names, before the environment is asked for their keys.
    fn declare_by_flag(&mut self, sources: &Sources) {
        for set in &sources.flags.set {
            let path = set.split('=').next().unwrap_or_default().trim();
            if let Some((name, _)) = path.strip_prefix("providers.").and_then(|rest| rest.split_once('.')) {
                self.declare(name, &format!("--set {path}"));
            }
        }
    }

    /// A named provider's key in the environment.
    fn add_names_of(&mut self, provider: &str, key: &'static Key) {
        let (name, path) = (providers::env_name(provider, key.last()), format!("providers.{provider}.{}", key.last()));
        if let Some(named) = self.environment.get(&name) {
            if named.refers {
                return self.faults.push(refers(&name));
            }
            let entry = Entry { text: named.value.clone(), origin: named.origin, written: name.clone() };
            self.values.insert(path.clone(), entry);
        }
        let name = format!("{name}_FILE");
        if let Some(named) = self.environment.get(&name).filter(|_| key.secret) {
            self.files.insert(path, Entry { text: named.value.clone(), origin: named.origin, written: name });
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
        let set = |name: &&&str| self.environment.contains_key(**name) && names::counts(key, name, &self.environment[**name].value);
        let mut set = key.names.iter().filter(set).copied();
        if let Some(name) = set.next() {
            let named = &self.environment[name];
            let differs = |other: &&str| self.environment[*other].value != named.value && !names::is_foreign(other);
            for other in set.filter(differs) {
                self.notices.push(format!("{other} is not used, because {name} is set and comes first"));
            }
            if named.refers {
                self.faults.push(refers(name));
            } else {
                let entry = Entry { text: named.value.clone(), origin: named.origin, written: name.to_owned() };
                self.values.insert(key.path.to_owned(), entry);
            }
        }
        if !key.secret {
            return;
        }
        for name in key.names.iter().map(|name| format!("{name}_FILE")) {
            if let Some(named) = self.environment.get(&name) {
                self.files.insert(key.path.to_owned(), Entry { text: named.value.clone(), origin: named.origin, written: name });
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
            if is_secret(path) {
                self.exposed.push(written.clone());
            }
            self.put(path, Entry { text: value.to_owned(), origin: Origin::Flag, written });
        }
    }

    /// A value by its path, from a file or a flag.
    fn put(&mut self, path: &str, entry: Entry) {
        let Some((path, is_file)) = known(path, &self.providers) else {
            return self.faults.push(names::unknown_path(&entry.written));
        };
        if entry.text.is_empty() {
            return self.faults.push(Fault::new(entry.written, "is empty", "give it a value, or leave it out"));
        }
        let values = if is_file { &mut self.files } else { &mut self.values };
        values.insert(path, entry);
    }

    fn read_secret_files(&mut self) {
        for (path, named) in std::mem::take(&mut self.files) {
            if let Some(direct) = self.values.get(&path) {
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

/// The path of the key that is meant, and whether it names the file of a secret.
fn known(path: &str, providers: &[String]) -> Option<(String, bool)> {
    if let Some((name, last)) = path.strip_prefix("providers.").and_then(|rest| rest.split_once('.')) {
        let of = |last: &str, is_file: bool| providers::named_keys().any(|key| key.last() == last && (key.secret || !is_file));
        if !providers.iter().any(|p| p == name) {
            return None;
        }
        let file = last.strip_suffix("_file").filter(|last| of(last, true));
        return file.map(|last| (format!("providers.{name}.{last}"), true)).or_else(|| of(last, false).then(|| (path.to_owned(), false)));
    }
    let is_file = |key: &Key| key.secret && path.strip_prefix(key.path) == Some("_file");
    all_keys().find(|key| key.path == path || is_file(key)).map(|key| (key.path.to_owned(), key.path != path))
}

/// Whether the value under a path is never shown.
pub(super) fn is_secret(path: &str) -> bool {
    let last = path.strip_prefix("providers.").and_then(|rest| rest.split_once('.')).map(|(_, last)| last);
    match last {
        Some(last) => providers::named_keys().any(|key| key.secret && key.last() == last),
        None => all_keys().any(|key| key.secret && key.path == path),
    }
}

fn refers(name: &str) -> Fault {
    let remedy = "write the value itself, or put it in single quotes where the characters are meant";
    Fault::new(name, "holds a ${…}, which is not expanded", remedy)
}
