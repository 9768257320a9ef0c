//! `jebi template list`.

use serde_json::Value;

use super::{
    super::{Client, Failure, print},
    all,
};

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    print(&format!("{:<5} {:<8} {:<7} {:<12} {:<24} NAME", "KIND", "VERSION", "ACTIVE", "LANGUAGES", "UPDATED"));
    for line in all(client).await? {
        let version = match (line["published_version"].as_u64(), line["built_in"].as_bool()) {
            (Some(version), _) => version.to_string(),
            (None, Some(true)) => "built-in".to_owned(),
            (None, _) => "draft".to_owned(),
        };
        let active = if line["active"] == true { "yes" } else { "no" };
        let languages: Vec<&str> = line["languages"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (kind, languages, updated) = (text(&line["kind"]), languages.join(","), line["updated_at"].as_str().unwrap_or("-"));
        print(&format!("{kind:<5} {version:<8} {active:<7} {languages:<12} {updated:<24} {}", text(&line["name"])));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
