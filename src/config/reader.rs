//! Hands the sections their values and collects what is wrong with them.

use super::{
    Fault,
    key::{Key, Origin},
    layers::{Entry, Layers},
    placeholder::is_placeholder,
};

/// What is wrong with one value; the reader adds the key.
pub(super) struct Bad {
    pub fault: String,
    pub remedy: String,
}

impl Bad {
    pub fn new(fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { fault: fault.into(), remedy: remedy.into() }
    }
}

/// Reads values and keeps the faults, so that one start shows them all.
pub(super) struct Reader<'a> {
    pub layers: &'a Layers,
    faults: Vec<Fault>,
    /// The named provider whose keys are read in place of the sections'.
    provider: Option<String>,
}

impl<'a> Reader<'a> {
    pub fn new(layers: &'a Layers) -> Self {
        Self { layers, faults: layers.faults.clone(), provider: None }
    }

    /// Reads the keys of a section from `[providers.NAME]`.
    pub fn within<T>(&mut self, provider: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.provider = Some(provider.to_owned());
        let value = read(self);
        self.provider = None;
        value
    }

    fn entry(&self, key: &Key) -> Option<&'a Entry> {
        match &self.provider {
            None => self.layers.get(key),
            Some(name) => self.layers.get_of(name, key),
        }
    }

    /// The path of a key where it is read now.
    fn path(&self, key: &Key) -> String {
        match &self.provider {
            None => key.path.to_owned(),
            Some(name) => format!("providers.{name}.{}", key.last()),
        }
    }

    /// What to call a key somebody has not set: by its first name in the environment where it has one.
    pub fn name_of(&self, key: &Key) -> String {
        match (&self.provider, key.names.first()) {
            (None, Some(name)) => (*name).to_owned(),
            _ => self.path(key),
        }
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub fn refuse(&mut self, key: impl Into<String>, bad: Bad) {
        let fault = Fault::new(key, bad.fault, bad.remedy);
        // One name may be several keys; its fault is one.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A key as it was written where it is set, else its path.
    pub fn written(&self, key: &Key) -> String {
        match self.entry(key) {
            Some(e) if e.origin != Origin::Default => e.written.clone(),
            _ => self.path(key),
        }
    }

    /// A value that need not be there. The outer `None` is a fault, noted.
    pub fn may<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, Bad>) -> Option<Option<T>> {
        let Some(Entry { text, written, .. }) = self.entry(key) else {
            return Some(None);
        };
        let parsed = if is_placeholder(text) { Err(unfilled()) } else { parse(text) };
        parsed.map(Some).map_err(|bad| self.refuse(written, bad)).ok()
    }

    /// A value that has a default. `None` is a fault, noted.
    pub fn must<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, Bad>) -> Option<T> {
        let value = self.may(key, parse)?;
        if value.is_none() {
            self.refuse(self.path(key), Bad::new("is not set", "give it a value"));
        }
        value
    }
}

/// The same words for every placeholder.
fn unfilled() -> Bad {
    Bad::new("still holds the example text of the documentation", "put the real value there, or remove the line")
}
