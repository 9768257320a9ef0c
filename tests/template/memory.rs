//! Templates that try to build a hundred megabytes, in a process of their own whose memory is measured.

use std::{fs, io::Write, process::Command};

use jebi_domain::{content::Content, message::Mailbox, template::Renderer};

/// What a copy under way may take, in KiB: values of 8 MiB in all, and a body of 2.
const MOST: u64 = 48 << 10;

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn bombs() {
    let grow = |how: &str| format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}{{{{ a }}}}", format!("{{% set a = {how} %}}").repeat(40));
    let long = "가".repeat(50_000);
    let sources = [
        grow("a ~ a"),
        grow("a + a"),
        grow("a|replace('a', a)"),
        grow("[a, a]|join(a)"),
        grow("[a, a, a, a, a, a, a, a]"),
        grow("{'a': a, 'b': a}|tojson"),
        grow("a|indent(1000)|center:1000"),
        "{{ 'x' * 100000000 }}".to_owned(),
        "{{ [1] * 100000000 }}".to_owned(),
        "{% for i in range(1000000000) %}{{ i }}{% endfor %}".to_owned(),
        "{{ range(10000)|list|join(range(10000)|join) }}".to_owned(),
        "{% for i in range(10000) %}{% for j in range(10000) %}{{ i }}{% endfor %}{% endfor %}".to_owned(),
        format!("{{% for i in range(10000) %}}{long}{{% endfor %}}"),
        format!("{{% for i in range(10000) %}}{{{{ '{long}' }}}}{{% endfor %}}"),
        format!("{{% for i in range(10000) %}}{{% set x = '{long}'|upper %}}{{% endfor %}}"),
    ];
    let before = peak();
    for source in sources {
        let mut content: Content =
            serde_json::from_str(r#"{"from":{"email":"a@example.kr"},"subject":"","fill":{"syntax":"jinja","missing":"error"}}"#)
                .expect("a content");
        content.text = Some(source);
        let made = Renderer::new(&content, None).expect("it can be read");
        // It is stopped, or what it makes is no more than a body may be.
        match made.render(None, &Mailbox { email: "hong@example.kr".to_owned(), name: None }) {
            Err(reason) => assert!(["template_limit", "template_render"].contains(&reason.code.as_str()), "{reason:?}"),
            Ok(mail) => assert!(mail.text.is_none_or(|text| text.len() <= 2 << 20), "a body of 2 MiB at most"),
        }
    }
    writeln!(std::io::stdout(), "grown by {} KiB", peak() - before).expect("told");
}

#[test]
fn template_bombs_take_little_memory() {
    let own = std::env::current_exe().expect("this program");
    let run = Command::new(own).args(["template::memory::bombs", "--exact", "--ignored", "--nocapture"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    let grown = told.split("grown by ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|kib| kib.parse::<u64>().ok());
    let grown = grown.unwrap_or_else(|| panic!("it tells how much: {told}"));
    assert!(grown < MOST, "{grown} KiB");
}
