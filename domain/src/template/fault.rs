//! What is wrong with a template, told to its author.

use crate::refusal::Fault;

/// A template that cannot be used, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}:{line}:{column}: {fault}; {remedy}")]
pub struct TemplateFault {
    /// `subject`, `text` or `html`; of a variant with its language behind it (`html (en)`); of a part its name.
    pub part: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// A stable machine word in `snake_case`: `template_syntax`, `template_filter`, `template_function`, `template_tag`,
    /// `template_part`, `template_recursion`, `template_size`, `template_language`; `template_engine` where the engine refuses what
    /// was found good, which never happens.
    pub code: &'static str,
    /// What is wrong.
    pub fault: String,
    /// What was expected, or what to write instead.
    pub remedy: String,
}

impl TemplateFault {
    /// As a fault of the request's field `field`.
    #[must_use]
    pub fn of(self, field: impl Into<String>) -> Fault {
        let fault = format!("{} line {}, column {}: {}", self.part, self.line, self.column, self.fault);
        Fault::new(field, self.code, fault, self.remedy)
    }
}

/// A fault whose part is not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slip {
    /// In bytes of the source.
    pub at: usize,
    pub code: &'static str,
    pub fault: String,
    pub remedy: String,
}

impl Slip {
    pub fn new(at: usize, code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { at, code, fault: fault.into(), remedy: remedy.into() }
    }
    /// Not what the grammar wants there.
    pub fn syntax(at: usize, fault: impl Into<String>, expected: impl Into<String>) -> Self {
        Slip::new(at, "template_syntax", fault, expected)
    }
    /// Says in which source it is.
    pub fn within(self, part: &str, source: &str) -> TemplateFault {
        let before = source.get(..self.at.min(source.len())).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        TemplateFault {
            part: part.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            code: self.code,
            fault: self.fault,
            remedy: self.remedy,
        }
    }
}
