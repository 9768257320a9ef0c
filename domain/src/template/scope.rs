//! The names a template uses.

use std::collections::BTreeSet;

/// Most guards that are kept: what more would be asked for counts as needed.
const MAX_GUARDS: usize = 100;

/// Names as the author wrote them, while a source is read.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Names given by `for`, `set` and `with`, one list for each of them that is open.
    locals: Vec<BTreeSet<String>>,
    /// Names an open `if` has asked for: within it they are there.
    guards: Vec<String>,
    pub required: BTreeSet<String>,
    pub optional: BTreeSet<String>,
}

impl Scope {
    pub fn new() -> Self {
        Self { locals: vec![BTreeSet::new()], ..Self::default() }
    }
    pub fn open(&mut self) {
        self.locals.push(BTreeSet::new());
    }
    pub fn close(&mut self) {
        self.locals.pop();
    }
    pub fn give(&mut self, name: &str) {
        if let Some(innermost) = self.locals.last_mut() {
            innermost.insert(name.to_owned());
        }
    }
    pub fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|locals| locals.contains(name))
    }
    /// How many guards there are, for [`Scope::unguard`].
    pub fn guards(&self) -> usize {
        self.guards.len()
    }
    pub fn guard(&mut self, path: String) {
        if self.guards.len() < MAX_GUARDS {
            self.guards.push(path);
        }
    }
    pub fn unguard(&mut self, to: usize) {
        self.guards.truncate(to);
    }
    /// Notes a variable that is printed: it must be there, unless an `if` around it has asked for it.
    pub fn need(&mut self, path: &str) {
        if path == "email" || path == "language" {
            return;
        }
        let asked = |guard: &String| path.strip_prefix(guard.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if self.guards.iter().any(asked) {
            self.optional.insert(path.to_owned());
        } else {
            self.required.insert(path.to_owned());
        }
    }
}
