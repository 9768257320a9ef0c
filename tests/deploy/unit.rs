//! `deploy/jebi.service`: its command and environment run; systemd reads it, where it is there.

use std::{fs, path::Path, process::Command};

use rustix::process::Signal;

use super::{PROGRAM, seconds, text, too_short, unknown_names, wrong_command};
use crate::{
    arch::assert_none,
    support::server::{Server, run},
};

/// The values a key has in the unit.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

fn environment(unit: &str) -> Vec<(&str, &str)> {
    values(unit, "Environment").into_iter().map(|pair| pair.split_once('=').expect("NAME=value")).collect()
}

fn faults(unit: &str) -> Vec<String> {
    let environment = environment(unit);
    let mut faults = unknown_names(environment.iter().map(|(name, _)| *name));
    let commands = [values(unit, "ExecStart"), values(unit, "ExecReload")].concat();
    faults.extend(commands.iter().flat_map(|command| wrong_command(&command.split(' ').collect::<Vec<_>>())));
    let grace = environment.iter().find(|(name, _)| *name == "JEBI_STOP_GRACE_SECONDS").expect("a grace").1;
    faults.extend(values(unit, "TimeoutStopSec").iter().flat_map(|time| too_short(seconds(time), grace, 0)));
    // A configuration that is wrong stays wrong.
    if !values(unit, "RestartPreventExitStatus").iter().any(|codes| codes.split(' ').any(|code| code == "78")) {
        faults.push("a wrong configuration would be started for ever".to_owned());
    }
    faults
}

#[test]
fn the_unit_says_what_jebi_understands() {
    assert_none(&faults(&text("deploy/jebi.service")));
}

#[test]
fn a_unit_that_does_not_fit_is_seen() {
    let good = text("deploy/jebi.service");
    for (from, to, fault) in [
        ("Environment=DATABASE_URL", "Environment=DATABSE_URL", "DATABSE_URL is no name of the configuration"),
        ("jebi reload", "jebi relaod", "/usr/local/bin/jebi relaod: "),
        ("TimeoutStopSec=40s", "TimeoutStopSec=30s", "killed after 30 s, while a stop may take 30 s"),
        ("RestartPreventExitStatus=2 78", "RestartPreventExitStatus=2", "a wrong configuration would be started for ever"),
    ] {
        let found = faults(&good.replace(from, to));
        assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
    }
}

#[test]
fn what_the_unit_starts_runs_reloads_and_ends_well() {
    let unit = text("deploy/jebi.service");
    let dir = tempfile::tempdir().expect("a folder");
    let state = format!("sqlite://{}/lib/jebi", dir.path().display());
    let environment = environment(&unit);
    let moved: Vec<(&str, String)> = environment.iter().map(|(k, v)| (*k, v.replace("sqlite:///var/lib/jebi", &state))).collect();
    let moved: Vec<(&str, &str)> = moved.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_ne!(moved, environment, "the store is in the unit's folder");
    // What the server of these tests starts, but for a free port.
    assert_eq!(values(&unit, "ExecStart"), [format!("{PROGRAM} serve")]);
    let mut server = Server::start(dir.path(), &moved);
    assert!(dir.path().join("lib/jebi/jebi.db").exists());
    let reload = values(&unit, "ExecReload")[0].strip_prefix(PROGRAM).expect("its own command");
    let ran = run(dir.path(), &moved, &reload.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, 0, "{}", ran.err);
    server.signal(Signal::TERM);
    assert_eq!(server.ended().0.code(), Some(0));
}

/// systemd looks whether the programs are there, so the one built just now takes the place of the installed one.
fn read_by_systemd(folder: &Path, unit: &str) -> String {
    let file = folder.join("jebi.service");
    fs::write(&file, unit.replace(PROGRAM, env!("CARGO_BIN_EXE_jebi"))).expect("written");
    let done = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output().expect("it starts");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    // Only of this unit: what else the machine has is not ours.
    said.lines().filter(|line| line.contains("jebi.service")).collect::<Vec<_>>().join("\n")
}

#[test]
fn systemd_reads_the_unit_without_a_complaint() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        // Machines without systemd have nothing to ask; the checks above hold there.
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let unit = text("deploy/jebi.service");
    assert_eq!(read_by_systemd(dir.path(), &unit), "");
    assert_ne!(read_by_systemd(dir.path(), &unit.replace("ProtectClock=", "ProtectClocks=")), "");
}
