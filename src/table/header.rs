//! Which column is what. The first line names them; a column that is neither address, name nor language is a variable of its name. One that is
//! known by another word (`이름`) is a variable of that word besides: whoever writes a mail writes the words of the file.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{content::Personal, refusal::Fault};
use serde_json::{Map, Value};

use super::{Cell, Entry, Line};

/// Names by which columns are known, in lower case.
const EMAIL: [&str; 7] = ["email", "e-mail", "email address", "이메일", "이메일 주소", "이메일주소", "메일"];
const NAME: [&str; 3] = ["name", "이름", "성명"];
const LANGUAGE: [&str; 2] = ["language", "언어"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Email,
    Name,
    Language,
    Variable(String),
    /// Nothing is taken from it: it was said so.
    Ignored,
    /// It has no name, so nothing may stand in it.
    Nameless,
}

impl Role {
    /// What a word of the caller's, or a column's own name, says.
    fn of(word: &str) -> Self {
        let known = word.to_lowercase();
        match known.as_str() {
            _ if EMAIL.contains(&known.as_str()) => Self::Email,
            _ if NAME.contains(&known.as_str()) => Self::Name,
            _ if LANGUAGE.contains(&known.as_str()) => Self::Language,
            _ => Self::Variable(word.to_owned()),
        }
    }

    /// Whether a column is known as one of the three by another word than its own.
    fn is_renamed(&self, column: &str) -> bool {
        matches!(self, Self::Email | Self::Name | Self::Language) && column != self.name() && Self::of(column) == *self
    }

    fn name(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
            Self::Language => "language",
            Self::Variable(name) => name,
            Self::Ignored | Self::Nameless => "",
        }
    }
}

/// The columns of a table.
pub(super) struct Header {
    columns: Vec<(String, Role)>,
}

impl Header {
    /// Reads the first line. `given` says of some columns what they are.
    pub fn read(number: u32, cells: Vec<Cell>, given: &BTreeMap<String, String>) -> Result<Self, Fault> {
        let names = cells.into_iter().collect::<Result<Vec<String>, String>>();
        let names = names.map_err(|why| bad_line(number, "", why, "correct this line"))?;
        let column = |name: String| {
            let role = match given.get(&name).map(|word| word.trim()) {
                Some("") => Role::Ignored,
                Some(word) => Role::of(word),
                None if name.is_empty() => Role::Nameless,
                None => Role::of(&name),
            };
            (name, role)
        };
        let columns: Vec<(String, Role)> = names.into_iter().map(column).collect();
        let header = Self { columns };
        header.check(number, given)?;
        Ok(header)
    }

    fn check(&self, number: u32, given: &BTreeMap<String, String>) -> Result<(), Fault> {
        let field = format!("line {number}");
        let listed = || self.columns.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        if let Some(stray) = given.keys().find(|name| !self.columns.iter().any(|(column, _)| column == *name)) {
            let fault = format!("there is no column {stray:?}; the first line has {}", listed());
            return Err(Fault::new("columns", "unknown_column", fault, "write its name as it stands in the first line"));
        }
        if !self.columns.iter().any(|(_, role)| *role == Role::Email) {
            let fault = format!("no column holds addresses; the first line has {}", listed());
            let remedy = "name the columns in the first line, one of them email or 이메일; or say in columns which one it is";
            return Err(Fault::new(field, "missing_email_column", fault, remedy));
        }
        let mut seen = BTreeSet::new();
        for (name, role) in self.columns.iter().filter(|(_, role)| !role.name().is_empty()) {
            if !seen.insert(role.name()) || role.is_renamed(name) && !seen.insert(name) {
                let fault = format!("two columns are {:?}, the second of them {name:?}", role.name());
                return Err(Fault::new(field, "doubled_column", fault, "give one of them another name, or leave it out by columns"));
            }
        }
        Ok(())
    }

    /// Each column with what it was taken for.
    pub fn told(self) -> Vec<(String, String)> {
        let told = |(name, role): (String, Role)| {
            let taken = role.name().to_owned();
            (name, taken)
        };
        self.columns.into_iter().map(told).collect()
    }

    /// Reads a line. An empty cell gives no value: what the message says, or its default, holds then.
    pub fn line(&self, number: u32, cells: Vec<Cell>) -> Line {
        let (mut email, mut name, mut language, mut variables) = (String::new(), None, None, Map::new());
        let mut fault = None;
        for (i, cell) in cells.into_iter().enumerate() {
            let (column, role) = self.columns.get(i).map_or(("", &Role::Nameless), |(column, role)| (column.as_str(), role));
            let text = match cell {
                Ok(text) if text.is_empty() => continue,
                Ok(text) => text,
                Err(_) if *role == Role::Ignored => continue,
                Err(why) => {
                    fault.get_or_insert_with(|| bad_line(number, column, why, "correct this line"));
                    continue;
                }
            };
            if role.is_renamed(column) {
                variables.insert(column.to_owned(), Value::String(text.clone()));
            }
            match role {
                Role::Email => email = text,
                Role::Name => name = Some(text),
                Role::Language => language = Some(text),
                Role::Variable(variable) => {
                    variables.insert(variable.clone(), Value::String(text));
                }
                Role::Ignored => {}
                Role::Nameless => {
                    let why = format!("cell {} holds {text:?}, and its column has no name", i + 1);
                    fault.get_or_insert_with(|| bad_line(number, column, why, "name the column in the first line, or empty the cell"));
                }
            }
        }
        let read = fault.map_or(Ok(Entry { name, own: Personal { language, variables } }), Err);
        Line { number, email, read }
    }
}

/// A fault of a line; of one cell where its column has a name.
pub fn bad_line(line: u32, column: &str, why: String, remedy: &str) -> Fault {
    let field = if column.is_empty() { format!("line {line}") } else { format!("line {line}.{column}") };
    Fault::new(field, "invalid_line", why, remedy)
}
