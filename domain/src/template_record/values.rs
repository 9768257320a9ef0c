//! Variables as their author describes them, and values against that.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{Variable, VariableType};
use crate::refusal::Fault;

/// Longest name of a variable, in bytes.
const MAX_VARIABLE: usize = 100;
/// Most variables a template describes.
const MAX_VARIABLES: usize = 200;

/// Adds every fault of the descriptions, by its path in the source.
pub fn check_variables(variables: &[Variable], faults: &mut Vec<Fault>) {
    if variables.len() > MAX_VARIABLES {
        let fault = format!("a template describes at most {MAX_VARIABLES} variables");
        faults.push(Fault::new("variables", "invalid_variable", fault, "put what belongs together into an object"));
    }
    let mut seen = BTreeSet::new();
    for (i, variable) in variables.iter().enumerate() {
        let Variable { name, kind, default, .. } = variable;
        if !is_name(name) {
            let fault = format!("{name:?} is not the name of a variable");
            let remedy = "use letters, digits and _, not beginning with a digit";
            faults.push(Fault::new(format!("variables[{i}].name"), "invalid_variable", fault, remedy));
        } else if !seen.insert(name) {
            let fault = format!("the variable {name:?} is described twice");
            faults.push(Fault::new(format!("variables[{i}].name"), "invalid_variable", fault, "describe it once"));
        }
        if default.as_ref().is_some_and(|default| !is_plain(default)) {
            let fault = format!("the default of {name:?} holds null or a number that is too large");
            faults.push(Fault::new(format!("variables[{i}].default"), "invalid_variable", fault, "leave out what has no value"));
        } else if default.as_ref().is_some_and(|default| !matches(*kind, default)) {
            let fault = format!("the default of {name:?} is not of the type {:?}", kind.as_str());
            faults.push(Fault::new(format!("variables[{i}].default"), "invalid_variable", fault, "change the default or the type"));
        }
    }
}

/// Letters of any script, as the template engine takes them.
fn is_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && name.len() <= MAX_VARIABLE && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Whether every form templates are kept in can hold it: TOML knows no null, and whole numbers of 64 bits with a sign.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(all) => all.iter().all(is_plain),
        Value::Object(all) => all.values().all(is_plain),
        Value::Bool(_) | Value::String(_) => true,
    }
}

/// Whether a value is of the type.
#[must_use]
pub fn matches(kind: VariableType, value: &Value) -> bool {
    match kind {
        VariableType::Text => value.is_string(),
        VariableType::Number => value.is_number(),
        VariableType::Boolean => value.is_boolean(),
        VariableType::List => value.is_array(),
        VariableType::Object => value.is_object(),
        VariableType::Date => value.as_str().is_some_and(|text| text.parse::<Date>().is_ok() || text.parse::<Timestamp>().is_ok()),
    }
}

impl VariableType {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
            Self::Date => "date",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(name: &str, kind: VariableType, default: Option<Value>) -> Variable {
        Variable { name: name.into(), kind, default, ..Variable::default() }
    }

    fn fields(variables: &[Variable]) -> Vec<String> {
        let mut faults = Vec::new();
        check_variables(variables, &mut faults);
        faults.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn names_are_the_engines_and_each_is_described_once() {
        let text = |name: &str| one(name, VariableType::Text, None);
        assert!(fields(&[text("name"), text("_x1"), text("이름")]).is_empty());
        for bad in ["", "1a", "a b", "a-b", "a.b", "{{a}}"] {
            assert_eq!(fields(&[text(bad)]), ["variables[0].name"], "{bad:?}");
        }
        assert_eq!(fields(&[text("a"), text("a")]), ["variables[1].name"]);
    }

    #[test]
    fn a_default_is_of_its_type() {
        let good = [
            (VariableType::Text, json!("a")),
            (VariableType::Number, json!(1.5)),
            (VariableType::Boolean, json!(false)),
            (VariableType::List, json!([1])),
            (VariableType::Object, json!({"a": 1})),
            (VariableType::Date, json!("2026-11-21")),
            (VariableType::Date, json!("2026-11-21T09:00:00+09:00")),
        ];
        for (kind, value) in good {
            assert!(fields(&[one("a", kind, Some(value.clone()))]).is_empty(), "{value}");
        }
        for (kind, value) in [
            (VariableType::Text, json!(1)),
            (VariableType::Date, json!("어제")),
            (VariableType::List, json!({})),
            (VariableType::List, json!([null])),
        ] {
            assert_eq!(fields(&[one("a", kind, Some(value.clone()))]), ["variables[0].default"], "{value}");
        }
    }

    #[test]
    fn a_type_is_written_as_it_is_read() {
        for kind in ["text", "number", "boolean", "list", "object", "date"] {
            let read: VariableType = serde_json::from_value(json!(kind)).unwrap();
            assert_eq!(read.as_str(), kind);
        }
    }
}
