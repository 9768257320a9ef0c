//! Cutting a file's lines into requests.

use serde_json::{Map, Value, json};

use crate::table::Line;

/// How much one request holds.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub rows: usize,
    /// Of its recipients, as JSON.
    pub bytes: usize,
}

impl Plan {
    /// Lines in a request at most.
    pub const ROWS: usize = 10_000;
}

/// The lines of one request.
#[derive(Default)]
pub(super) struct Chunk {
    recipients: Vec<Value>,
    lines: Vec<u32>,
    bytes: usize,
}

impl Chunk {
    /// Adds a good line; one that is not is left out.
    pub fn add(&mut self, line: Line) {
        let Ok(entry) = line.read else { return };
        let mut one = Map::new();
        one.insert("email".to_owned(), Value::String(line.email));
        let texts = [("name", entry.name), ("language", entry.own.language)];
        one.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?)))));
        if !entry.own.variables.is_empty() {
            one.insert("variables".to_owned(), Value::Object(entry.own.variables));
        }
        let one = Value::Object(one);
        self.bytes += one.to_string().len() + 1;
        self.recipients.push(one);
        self.lines.push(line.number);
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn is_full(&self, plan: &Plan) -> bool {
        self.lines.len() >= plan.rows || self.bytes >= plan.bytes
    }

    /// The lines of its recipients, in order.
    pub fn lines(&self) -> Vec<u32> {
        self.lines.clone()
    }

    /// The request: the message to these recipients, in the bulk lane; `strict` where one bad recipient refuses all.
    pub fn request(self, message: &Map<String, Value>, strict: bool) -> String {
        let mut message = message.clone();
        message.insert("recipients".to_owned(), Value::Array(self.recipients));
        message.insert("text_values".to_owned(), Value::Bool(true));
        message.entry("lane").or_insert_with(|| json!("bulk"));
        json!({ "messages": [message], "strict": strict }).to_string()
    }
}
