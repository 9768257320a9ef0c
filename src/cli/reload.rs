//! `jebi reload`: lets a running server read its configuration anew.

use http::Method;
use serde_json::Value;

use super::{Client, Failure, note, tell};

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    if !client.is_live() {
        return Err(Failure::refused("no server runs here: the next start reads the configuration"));
    }
    let done = client.call(Method::POST, "/v1/admin/reload", None).await?;
    let list = |name: &str| -> Vec<String> {
        let all = done[name].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    list("changed").iter().for_each(|key| tell(&format!("{key}: changed")));
    list("restart").iter().for_each(|key| tell(&format!("{key}: changed, holds from the next start on")));
    list("warnings").iter().for_each(|warning| note(warning));
    if list("changed").is_empty() && list("restart").is_empty() {
        note("nothing has changed; values of the process's environment and flags change only with a restart");
    }
    Ok(())
}
