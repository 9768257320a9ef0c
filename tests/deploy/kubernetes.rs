//! `deploy/kubernetes.yaml`: two nodes, probes, a graceful stop.

use serde_json::Value;

use super::{routes, text, too_short, unknown_names, words, wrong_command, yaml};
use crate::arch::assert_none;

fn of<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents.iter().find(|document| document["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

fn faults(text: &str) -> Vec<String> {
    let documents = yaml(text);
    let (config, secret, deployment) = (of(&documents, "ConfigMap"), of(&documents, "Secret"), of(&documents, "Deployment"));
    let (spec, pod) = (&deployment["spec"], &deployment["spec"]["template"]["spec"]);
    let jebi = &pod["containers"][0];
    let names = config["data"].as_object().expect("data");
    let mut faults = unknown_names(names.keys().map(String::as_str));
    faults.extend(wrong_command(&[&[super::PROGRAM], words(&jebi["args"]).as_slice()].concat()));

    let probes = ["startupProbe", "readinessProbe", "livenessProbe"];
    let (routes, paths) = (routes(), probes.map(|probe| jebi[probe]["httpGet"]["path"].as_str().unwrap_or_default()));
    faults.extend(paths.iter().filter(|path| !routes.contains(**path)).map(|path| format!("no route {path}")));
    if paths[2] == "/ready" {
        faults.push("a database that is away would end the process".to_owned());
    }
    let grace = pod["terminationGracePeriodSeconds"].as_u64().expect("seconds");
    let before = jebi["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().expect("seconds");
    faults.extend(too_short(grace, names["JEBI_STOP_GRACE_SECONDS"].as_str().expect("a text"), before));

    if spec["replicas"].as_u64() < Some(2) || spec["strategy"]["rollingUpdate"]["maxUnavailable"] != 0 {
        faults.push("a gap while it is updated".to_owned());
    }
    let security = (&pod["securityContext"]["runAsNonRoot"], &jebi["securityContext"]["readOnlyRootFilesystem"]);
    if security != (&Value::Bool(true), &Value::Bool(true)) {
        faults.push("it runs as root, or may write its program".to_owned());
    }
    // Every file of a secret is one of the Secret's, under its mount.
    let mount = jebi["volumeMounts"].as_array().into_iter().flatten().find(|mount| mount["name"] == "secrets");
    let folder = mount.and_then(|mount| mount["mountPath"].as_str()).expect("a mount");
    for (name, path) in names.iter().filter(|(name, _)| name.ends_with("_FILE")) {
        let file = path.as_str().and_then(|path| path.strip_prefix(folder)?.strip_prefix('/')).unwrap_or_default();
        match secret["stringData"][file].as_str() {
            Some(value) if value.starts_with("your_") => {}
            Some(_) => faults.push(format!("{name}: an example that would be taken for a secret")),
            None => faults.push(format!("{name}: {path} is not in the Secret")),
        }
    }
    for kind in ["Service", "PodDisruptionBudget"] {
        let selector = &of(&documents, kind)["spec"]["selector"];
        let labels = selector.get("matchLabels").unwrap_or(selector);
        if *labels != spec["template"]["metadata"]["labels"] {
            faults.push(format!("the {kind} selects other pods"));
        }
    }
    faults
}

#[test]
fn the_manifest_says_what_jebi_understands() {
    assert_none(&faults(&text("deploy/kubernetes.yaml")));
}

#[test]
fn a_manifest_that_does_not_fit_is_seen() {
    let good = text("deploy/kubernetes.yaml");
    for (from, to, fault) in [
        ("DATABASE_URL:", "DATABSE_URL:", "DATABSE_URL is no name of the configuration"),
        ("path: /ready", "path: /readyz", "no route /readyz"),
        (
            "livenessProbe:\n            httpGet: {path: /health",
            "livenessProbe:\n            httpGet: {path: /ready",
            "a database that is away",
        ),
        ("terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 30", "killed after 30 s, while a stop may take 35 s"),
        ("maxUnavailable: 0", "maxUnavailable: 1", "a gap while it is updated"),
        ("runAsNonRoot: true", "runAsNonRoot: false", "it runs as root"),
        ("/run/secrets/jebi/api_key", "/run/secrets/jebi/apikey", "JEBI_API_KEY_FILE: \"/run/secrets/jebi/apikey\" is not in the Secret"),
        ("api_key: your_first", "api_key: my_first", "JEBI_API_KEY_FILE: an example that would be taken for a secret"),
        ("selector: {app.kubernetes.io/name: jebi}", "selector: {app.kubernetes.io/name: other}", "the Service selects other pods"),
    ] {
        let found = faults(&good.replace(from, to));
        assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
    }
}
