//! Why a command did not do it, and the code it ends with (sysexits.h where there is one).

use std::process::ExitCode;

use http::StatusCode;
use serde_json::Value;

use super::eprint;

/// Refused, or not as it should be.
const REFUSED: u8 = 1;
/// The server or the store cannot be used now (`EX_UNAVAILABLE`).
const UNAVAILABLE: u8 = 69;
/// Wrong configuration (`EX_CONFIG`).
const CONFIG: u8 = 78;

/// A command's failure: lines to show, and the code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    code: u8,
    lines: Vec<String>,
}

impl Failure {
    pub fn refused(line: impl Into<String>) -> Self {
        Self { code: REFUSED, lines: vec![line.into()] }
    }
    pub fn unavailable(line: impl Into<String>) -> Self {
        Self { code: UNAVAILABLE, lines: vec![line.into()] }
    }
    pub fn config(line: impl Into<String>) -> Self {
        Self { code: CONFIG, lines: vec![line.into()] }
    }

    /// An answer without what it must hold: another version's, or somebody else's server.
    pub fn strange(name: &str) -> Self {
        Self::unavailable(format!("the server's answer has no number {name}: is it a Jebi of this version?"))
    }

    /// Without a word of its own: what there was to say has been printed.
    pub fn silent() -> Self {
        Self { code: REFUSED, lines: Vec::new() }
    }
    /// The same, where it is not known yet how it ends.
    pub fn silent_unavailable() -> Self {
        Self { code: UNAVAILABLE, lines: Vec::new() }
    }

    /// The API's refusal: every fault as `field: fault; remedy`.
    pub fn answered(status: StatusCode, problem: &Value) -> Self {
        let code = if status.is_server_error() { UNAVAILABLE } else { REFUSED };
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        let line = |fault: &Value| {
            let (field, what, remedy) = (text(fault, "field"), text(fault, "fault"), text(fault, "remedy"));
            if field.is_empty() { format!("{what}; {remedy}") } else { format!("{field}: {what}; {remedy}") }
        };
        match problem["errors"].as_array() {
            Some(faults) if !faults.is_empty() => Self { code, lines: faults.iter().map(line).collect() },
            _ => Self { code, lines: vec![format!("the server answered {status}, which this command does not understand")] },
        }
    }

    /// Says it and gives the code.
    pub fn show(self) -> ExitCode {
        self.lines.iter().for_each(eprint);
        ExitCode::from(self.code)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_becomes_a_line_a_fault() {
        let problem = json!({"errors": [
            {"field": "messages[0].subject", "code": "x", "fault": "it is empty", "remedy": "write one"},
            {"field": "", "code": "x", "fault": "there is no such key", "remedy": "list them"},
        ]});
        let told = Failure::answered(StatusCode::UNPROCESSABLE_ENTITY, &problem);
        assert_eq!(told.lines, ["messages[0].subject: it is empty; write one", "there is no such key; list them"]);
        assert_eq!(told.code, REFUSED);
        assert_eq!(Failure::answered(StatusCode::SERVICE_UNAVAILABLE, &problem).code, UNAVAILABLE);
    }

    #[test]
    fn an_answer_that_is_no_problem_is_told_as_that() {
        let told = Failure::answered(StatusCode::NOT_FOUND, &Value::Null);
        assert_eq!(told, Failure::refused("the server answered 404 Not Found, which this command does not understand"));
    }
}
