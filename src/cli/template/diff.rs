//! `jebi template diff`.

use std::collections::BTreeSet;

use super::{
    super::{Client, Failure, note, print},
    Which, all, fetch, read,
};
use crate::service::templates::differences;

pub(super) async fn run(which: &Which, client: &Client) -> Result<(), Failure> {
    let folder = read(which)?;
    let mut differs = false;
    for entry in &folder.entries {
        let template = &entry.template;
        let Some(server) = fetch(&template.name, client).await? else {
            note(&format!("only in the folder: {}", template.name));
            differs = true;
            continue;
        };
        let (old, new) = ((server.source, server.active), (template.source.clone(), template.active));
        let diff = differences(&format!("{}/", template.name), &old, &new);
        let diff = diff.map_err(|refusal| Failure::refused(refusal.to_string()))?;
        if !diff.is_empty() {
            print(diff.trim_end_matches('\n'));
            differs = true;
        }
    }
    if which.names.is_empty() {
        let known: BTreeSet<&str> = folder.entries.iter().map(|entry| entry.template.name.as_str()).collect();
        for line in all(client).await? {
            let name = line["name"].as_str().unwrap_or_default();
            if line["built_in"] == false && !known.contains(name) {
                note(&format!("only on the server: {name}"));
                differs = true;
            }
        }
    }
    if differs { Err(Failure::silent()) } else { Ok(()) }
}
