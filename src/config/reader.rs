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
}

impl<'a> Reader<'a> {
    pub fn new(layers: &'a Layers) -> Self {
        Self { layers, faults: layers.faults.clone() }
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub fn refuse(&mut self, key: impl Into<String>, bad: Bad) {
        self.faults.push(Fault::new(key, bad.fault, bad.remedy));
    }

    /// A key as it was written where it is set, else its path.
    pub fn written(&self, key: &Key) -> String {
        match self.layers.get(key) {
            Some(e) if e.origin != Origin::Default => e.written.clone(),
            _ => key.path.to_owned(),
        }
    }

    /// A value that need not be there. The outer `None` is a fault, noted.
    pub fn may<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, Bad>) -> Option<Option<T>> {
        let Some(Entry { text, written, .. }) = self.layers.get(key) else {
            return Some(None);
        };
        let parsed = if is_placeholder(text) { Err(unfilled()) } else { parse(text) };
        parsed.map(Some).map_err(|bad| self.refuse(written, bad)).ok()
    }

    /// A value that has a default. `None` is a fault, noted.
    pub fn must<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, Bad>) -> Option<T> {
        let value = self.may(key, parse)?;
        if value.is_none() {
            self.refuse(key.path, Bad::new("is not set", "give it a value"));
        }
        value
    }
}

/// The same words for every placeholder.
fn unfilled() -> Bad {
    Bad::new("still holds the example text of the documentation", "put the real value there, or remove the line")
}
