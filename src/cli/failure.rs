//! Why a command did not do it, and the code it ends with (sysexits.h where there is one).

use std::process::ExitCode;

use http::StatusCode;
use serde_json::Value;

use super::{LANGUAGE, eprint};
use crate::{config::ConfigErrors, words::Language};

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
    /// Several things that are wrong, one a line.
    pub fn lines(lines: Vec<String>) -> Self {
        Self { code: REFUSED, lines }
    }
    pub fn unavailable(line: impl Into<String>) -> Self {
        Self { code: UNAVAILABLE, lines: vec![line.into()] }
    }
    pub fn config(line: impl Into<String>) -> Self {
        Self { code: CONFIG, lines: vec![line.into()] }
    }
    /// Every fault of the configuration, one a line.
    pub fn misconfigured(errors: &ConfigErrors, language: Language) -> Self {
        let lines = errors.0.iter().map(|f| line(&f.key, &language.say(&f.fault), &language.say(&f.remedy), language));
        Self { code: CONFIG, lines: lines.collect() }
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

    /// The API's refusal, which answers in the language it was asked in: every fault as `field: fault; remedy`.
    pub fn answered(status: StatusCode, problem: &Value, language: Language) -> Self {
        let code = if status.is_server_error() { UNAVAILABLE } else { REFUSED };
        fn text<'a>(fault: &'a Value, name: &str) -> &'a str {
            fault[name].as_str().unwrap_or_default()
        }
        let line = |fault: &Value| line(text(fault, "field"), text(fault, "fault"), text(fault, "remedy"), language);
        match problem["errors"].as_array() {
            Some(faults) if !faults.is_empty() => Self { code, lines: faults.iter().map(line).collect() },
            _ => Self { code, lines: vec![format!("the server answered {status}, which this command does not understand")] },
        }
    }

    /// With each line put into other words.
    pub fn reworded(self, reword: impl FnMut(String) -> String) -> Self {
        Self { lines: self.lines.into_iter().map(reword).collect(), ..self }
    }

    /// Says it in the person's language and gives the code.
    pub fn show(self) -> ExitCode {
        self.said(*LANGUAGE).iter().for_each(eprint);
        ExitCode::from(self.code)
    }

    /// Its lines in a language. What the API answered is in it already.
    fn said(&self, language: Language) -> Vec<String> {
        self.lines.iter().map(|line| language.say(line).into_owned()).collect()
    }
}

/// One fault, the field left out where it is the whole.
pub(super) fn line(field: &str, fault: &str, remedy: &str, language: Language) -> String {
    let colon = if field.is_empty() { "" } else { ": " };
    // An English fault and its remedy are parts of a sentence, Korean ones are sentences.
    let stop = if language == Language::Korean { "." } else { ";" };
    format!("{field}{colon}{fault}{stop} {remedy}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{Config, Sources};

    #[test]
    fn a_problem_becomes_a_line_a_fault() {
        let problem = json!({"errors": [
            {"field": "messages[0].subject", "code": "x", "fault": "it is empty", "remedy": "write one"},
            {"field": "", "code": "x", "fault": "there is no such key", "remedy": "list them"},
        ]});
        let told = Failure::answered(StatusCode::UNPROCESSABLE_ENTITY, &problem, Language::English);
        assert_eq!(told.lines, ["messages[0].subject: it is empty; write one", "there is no such key; list them"]);
        assert_eq!(told.code, REFUSED);
        assert_eq!(Failure::answered(StatusCode::SERVICE_UNAVAILABLE, &problem, Language::Korean).code, UNAVAILABLE);
    }

    #[test]
    fn an_answer_that_is_no_problem_is_told_as_that() {
        let told = Failure::answered(StatusCode::NOT_FOUND, &Value::Null, Language::English);
        assert_eq!(told, Failure::refused("the server answered 404 Not Found, which this command does not understand"));
        assert_eq!(told.said(Language::Korean), ["서버가 404 Not Found(으)로 응답했는데, 이 명령이 모르는 응답입니다"]);
    }

    #[test]
    fn a_configuration_is_refused_in_the_language_of_the_person() {
        let load = |env: &[(&str, &str)]| {
            let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Config::load(&Sources { env, ..Sources::default() }).expect_err("it is wrong")
        };
        let told = Failure::misconfigured(&load(&[("SERVER_PORT", "many")]), Language::Korean);
        assert_eq!(told.said(Language::Korean), ["SERVER_PORT: \"many\"은(는) 정수가 아닙니다. 0부터 65535까지의 정수를 적으십시오"]);
    }
}
