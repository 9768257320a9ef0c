//! `jebi nodes`: the processes that share the store.

use http::Method;

use super::{Client, Failure, note, print};

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/nodes", None).await?;
    print(&format!("{:<4} {:<9} {:<24} {:>9} {:>6} {:<10} NAME", "ID", "STATE", "STARTED", "LAST BEAT", "LEASED", "VERSION"));
    for node in answer["nodes"].as_array().into_iter().flatten() {
        let text = |name: &str| node[name].as_str().unwrap_or_default();
        // A JSON value by itself takes no width.
        let (id, leased) = (node["incarnation"].to_string(), node["leased"].to_string());
        let beat = format!("{:.1} s", node["beat_age_ms"].as_f64().unwrap_or_default() / 1000.0);
        // The one that answers is marked.
        let name = if node["this"] == true { format!("{} *", text("name")) } else { text("name").to_owned() };
        print(&format!("{id:<4} {:<9} {:<24} {beat:>9} {leased:>6} {:<10} {name}", text("state"), text("started_at"), text("version")));
    }
    note("* the node that answered");
    Ok(())
}
