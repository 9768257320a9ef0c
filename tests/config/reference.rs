//! `default.toml` is the reference page: it names every key there is, and nothing else.

use std::collections::BTreeSet;

use jebi::config::{Config, DEFAULTS, Sources};

/// A key of the page: its path, and the comment block above it.
fn keys_of_the_page() -> Vec<(String, String)> {
    let (mut keys, mut section, mut comment) = (Vec::new(), String::new(), String::new());
    for line in DEFAULTS.lines() {
        let optional = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') && rest.contains(" = "));
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if line.is_empty() {
            comment.clear();
        } else if line.starts_with('#') && optional.is_none() {
            comment += line;
        } else {
            let key = optional.unwrap_or(line).split(" = ").next().expect("a key");
            keys.push((format!("{section}.{key}"), std::mem::take(&mut comment)));
        }
    }
    keys
}

#[test]
fn the_page_and_the_sections_name_the_same_keys() {
    let page: Vec<String> = keys_of_the_page().into_iter().map(|(key, _)| key).collect();
    assert_eq!(page, Config::keys().collect::<Vec<_>>());
    assert_eq!(page.iter().collect::<BTreeSet<_>>().len(), page.len(), "a key stands there twice");
}

#[test]
fn every_key_says_what_it_means_and_its_names_in_the_environment() {
    for (key, comment) in keys_of_the_page() {
        let (meaning, names) = comment.split_once("Environment: ").unwrap_or_else(|| panic!("{key} names no environment name"));
        assert!(meaning.len() > 5, "{key} says nothing");
        let documented: Vec<&str> = names.split(", ").collect();
        assert_eq!(documented, Config::names(&key), "{key}");
        assert_eq!(comment.contains("Secret."), Config::is_secret(&key), "{key}");
    }
}

#[test]
fn the_examples_of_optional_keys_are_good() {
    let filled: String = DEFAULTS
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') && rest.contains(" = ") && !rest.contains("...") && !rest.contains(".pem\"") => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n");
    assert_ne!(filled, DEFAULTS);
    let loaded = Config::load(&Sources { file: super::file(&filled), ..Sources::default() });
    assert!(loaded.is_ok(), "{}", loaded.expect_err("a fault"));
}
