//! Templates that try to build a hundred megabytes or never to end, in a process of their own whose memory and time are measured.

use std::{fs, io::Write, process::Command};

use jebi_domain::{content::Content, message::Mailbox, outcome::Reason, template::Renderer};

/// What a copy under way may take, in KiB: values of 8 MiB in all, and a body of 2.
const MOST: u64 = 48 << 10;

/// What a copy under way may take of a processor, in milliseconds. Steps and bytes are counted, so a slow machine stops no mail that a fast
/// one sends: about 20 ms in a release build, and this is none.
const LONGEST: u64 = 2_000;

/// Time this thread has had on a processor, in milliseconds.
fn spent() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    told.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).expect("nanoseconds") / 1_000_000
}

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
#[ignore = "run by the test below in a process of its own"]
fn bombs() {
    let long = "가".repeat(50_000);
    let sources = [
        grow("a ~ a"),
        grow("a + a"),
        grow("a|replace('a', a)"),
        grow("[a, a]|join(a)"),
        grow("[a, a, a, a, a, a, a, a]"),
        grow("{'a': a, 'b': a}|tojson"),
        "{{ 'x' * 100000000 }}".to_owned(),
        "{{ [1] * 100000000 }}".to_owned(),
        "{% for i in range(1000000000) %}{{ i }}{% endfor %}".to_owned(),
        "{{ range(10000)|list|join(range(10000)|join) }}".to_owned(),
        "{% for i in range(10000) %}{% for j in range(10000) %}{{ i }}{% endfor %}{% endfor %}".to_owned(),
        format!("{{% for i in range(10000) %}}{long}{{% endfor %}}"),
        format!("{{% for i in range(10000) %}}{{{{ '{long}' }}}}{{% endfor %}}"),
        format!("{{% for i in range(10000) %}}{{% set x = '{long}'|upper %}}{{% endfor %}}"),
    ];
    let (before, mut longest) = (peak(), 0);
    for source in sources {
        let begun = spent();
        let reason = rendered(&source).expect_err("it is stopped");
        assert!(["template_limit", "template_render"].contains(&reason.code.as_str()), "{reason:?}");
        longest = longest.max(spent() - begun);
    }
    writeln!(std::io::stdout(), "grown by {} KiB, at most {longest} ms", peak() - before).expect("told");
}

#[test]
fn what_only_looks_like_a_bomb_is_written() {
    let text = rendered(&grow("a|indent(1000)|center:1000")).expect("it is small");
    // The middle of a thousand spaces: one line has nothing to indent.
    assert_eq!(text, format!("{}aaaaaaaaaaaaaaaa{}", " ".repeat(492), " ".repeat(492)));
}

fn rendered(source: &str) -> Result<String, Reason> {
    let mut content: Content =
        serde_json::from_str(r#"{"from":{"email":"a@example.kr"},"subject":"","fill":{"syntax":"jinja","missing":"error"}}"#)
            .expect("a content");
    content.text = Some(source.to_owned());
    let made = Renderer::new(&content, None).expect("it can be read");
    let mail = made.render(None, &Mailbox { email: "hong@example.kr".to_owned(), name: None })?;
    Ok(mail.text.expect("a text"))
}

fn grow(how: &str) -> String {
    format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}{{{{ a }}}}", format!("{{% set a = {how} %}}").repeat(40))
}

#[test]
fn template_bombs_take_little_memory_and_time() {
    let own = std::env::current_exe().expect("this program");
    let run = Command::new(own).args(["template::memory::bombs", "--exact", "--ignored", "--nocapture"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    let grown = told.split("grown by ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|kib| kib.parse::<u64>().ok());
    let grown = grown.unwrap_or_else(|| panic!("it tells how much: {told}"));
    assert!(grown < MOST, "{grown} KiB");
    let longest = told.split("at most ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|ms| ms.parse::<u64>().ok());
    let longest = longest.unwrap_or_else(|| panic!("it tells how long: {told}"));
    assert!(longest < LONGEST, "{longest} ms");
}
