//! `deploy/docker-compose.yml`: two nodes on one PostgreSQL.

use std::fs;

use serde_json::Value;

use super::{seconds, text, too_short, unknown_names, words, wrong_command, yaml};
use crate::{
    arch::assert_none,
    support::{
        postgres::Postgres,
        server::{Server, run, until},
    },
};

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

#[test]
fn two_nodes_with_its_environment_share_a_queue() {
    let [file] = yaml(&text("deploy/docker-compose.yml")).try_into().expect("one document");
    let database = Postgres::shared().database();
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("db_password"), "not asked here\n").expect("written");
    fs::write(dir.path().join("api_key"), "a-key-of-this-test-with-40-characters-in-it\n").expect("written");
    let secrets = format!("{}/", dir.path().display());
    let start = |(name, node): &(&String, &Value)| {
        let folder = dir.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        let data = folder.join("data").display().to_string();
        // What is the container's own is put elsewhere; names and forms stay.
        let moved = |value: &str| {
            value.replace("/run/secrets/", &secrets).replace("/data", &data).replace("postgres://jebi@postgres/jebi", &database.url())
        };
        let environment = node["environment"].as_object().expect("an environment").iter();
        let environment: Vec<(String, String)> = environment.map(|(k, v)| (k.clone(), moved(v.as_str().expect("a text")))).collect();
        let environment: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let mut server = Server::start(&folder, &environment);
        server.key = Some("a-key-of-this-test-with-40-characters-in-it".into());
        let ready = run(&folder, &environment, &["ready"]);
        assert_eq!((ready.code, ready.out.as_str()), (0, "ready\n"), "{}", ready.err);
        server
    };
    let nodes: Vec<Server> = nodes(&file).iter().map(start).collect();
    let mail = r#"{"messages":[{"from":"hello@example.com","emails":["kim@example.kr"],"subject":"안녕","content":"<p>둘</p>"}]}"#;
    let (status, answer) = nodes[0].ask("POST", "/v1/messages", mail);
    assert_eq!(status, 202, "{answer}");
    let delivery = answer["messages"][0]["deliveries"][0]["id"].as_str().expect("an id").to_owned();
    let shown = || nodes[1].get(&format!("/v1/deliveries/{delivery}"))["state"] == "sent";
    until("the other node shows it sent", || shown().then_some(()));
}
