//! `jebi config` and `jebi openapi`: they need neither a store nor a server.

use jebi::config::DEFAULTS;

use super::{fault, folder, run};

#[test]
fn the_configuration_in_effect_is_shown_with_its_origin_and_without_secrets() {
    let dir = folder();
    let key = "0123456789abcdef0123456789abcdef";
    let ran = run(dir.path(), &[("SERVER_PORT", "4000"), ("JEBI_API_KEY", key)], &["config"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("server.port = 4000 (env SERVER_PORT)\n"), "{}", ran.out);
    assert!(ran.out.contains("access.api_key = [hidden] (env JEBI_API_KEY)\n"), "{}", ran.out);
    assert!(!ran.out.contains(key) && !ran.err.contains(key));
    assert!(ran.err.contains("note: mail goes through local, because"), "{}", ran.err);
    assert!(!dir.path().join("data").exists(), "it opened a store");
}

#[test]
fn the_reference_page_is_printed_and_can_be_used_as_it_is() {
    let dir = folder();
    let page = run(dir.path(), &[], &["config", "--reference"]);
    assert_eq!((page.code, page.out.trim_end()), (0, DEFAULTS.trim_end()));
    assert_eq!(run(dir.path(), &[], &["config", "--defaults"]).out, page.out, "the name messages use");
    std::fs::write(dir.path().join("jebi.toml"), &page.out).expect("written");
    assert_eq!(run(dir.path(), &[], &["config"]).code, 0);
}

#[test]
fn every_command_says_a_faulty_configuration_in_the_same_line() {
    let dir = folder();
    for command in [&["serve"][..], &["verify"], &["config"], &["key", "list"]] {
        let ran = run(dir.path(), &[("SERVER_PORT", "many")], command);
        let (code, said) = fault(&ran);
        assert_eq!(code, 78, "{command:?}");
        assert!(said.starts_with("SERVER_PORT: ") && said.lines().count() == 1, "{command:?}: {said}");
    }
}

#[test]
fn the_description_is_the_one_the_server_gives() {
    let ran = run(folder().path(), &[], &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(document["paths"]["/v1/admin/verify"]["get"].is_object() && document["paths"]["/v1/admin/release"]["post"].is_object());
}
