//! `deploy/docker-compose.yml`: two nodes on one PostgreSQL.

use serde_json::Value;

use super::{seconds, text, too_short, unknown_names, words, wrong_command, yaml};
use crate::arch::assert_none;

fn nodes(file: &Value) -> Vec<(&String, &Value)> {
    file["services"].as_object().expect("services").iter().filter(|(name, _)| name.starts_with("jebi")).collect()
}

fn faults(text: &str) -> Vec<String> {
    let [file] = yaml(text).try_into().expect("one document");
    let nodes = nodes(&file);
    let mut faults = Vec::new();
    if nodes.len() != 2 {
        faults.push(format!("{} nodes", nodes.len()));
    }
    for (name, node) in &nodes {
        let environment = node["environment"].as_object().expect("an environment");
        faults.extend(unknown_names(environment.keys().map(String::as_str)));
        let grace = environment["JEBI_STOP_GRACE_SECONDS"].as_str().expect("a grace");
        faults.extend(too_short(seconds(node["stop_grace_period"].as_str().expect("a time")), grace, 0));
        match words(&node["healthcheck"]["test"]).split_first() {
            Some((&"CMD", command)) => faults.extend(wrong_command(command)),
            check => faults.push(format!("{name}: the image has no shell for {check:?}")),
        }
        if node["depends_on"]["postgres"]["condition"] != "service_healthy" {
            faults.push(format!("{name} does not wait for the database"));
        }
        // What stands in a file of secrets is given to the node that reads it.
        for (key, path) in environment.iter().filter(|(key, _)| key.ends_with("_FILE")) {
            let secret = path.as_str().and_then(|path| path.strip_prefix("/run/secrets/")).unwrap_or_default();
            if !words(&node["secrets"]).contains(&secret) || file["secrets"][secret]["file"].is_null() {
                faults.push(format!("{name}: {key} reads no secret of this file"));
            }
        }
    }
    let mut ports: Vec<&str> = nodes.iter().flat_map(|(_, node)| words(&node["ports"])).collect();
    ports.dedup();
    if ports.len() != nodes.len() || ports.iter().any(|port| !port.starts_with("127.0.0.1:") || !port.ends_with(":3000")) {
        faults.push(format!("ports {ports:?}"));
    }
    for (name, service) in file["services"].as_object().expect("services") {
        let image = service["image"].as_str().unwrap_or_default();
        if !image.contains(':') || image.ends_with(":latest") {
            faults.push(format!("{name}: the image {image} is not pinned"));
        }
    }
    faults
}

#[test]
fn the_compose_file_says_what_jebi_understands() {
    assert_none(&faults(&text("deploy/docker-compose.yml")));
}

#[test]
fn a_compose_file_that_does_not_fit_is_seen() {
    let good = text("deploy/docker-compose.yml");
    for (from, to, fault) in [
        ("DATABASE_URL:", "DATABSE_URL:", "DATABSE_URL is no name of the configuration"),
        ("stop_grace_period: 40s", "stop_grace_period: 10s", "killed after 10 s, while a stop may take 30 s"),
        ("\"/usr/local/bin/jebi\", \"ready\"", "\"/usr/local/bin/jebi\", \"helthy\"", "/usr/local/bin/jebi helthy: "),
        ("image: postgres:17.2-bookworm", "image: postgres", "postgres: the image postgres is not pinned"),
        ("/run/secrets/db_password", "/run/secrets/other", "jebi-1: DATABASE_PASSWORD_FILE reads no secret of this file"),
    ] {
        let found = faults(&good.replace(from, to));
        assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
    }
}
