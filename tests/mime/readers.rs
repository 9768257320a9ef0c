//! The golden mails, read by mail-parser, by Python's own library and by Node's mailparser: each finds what was put in.

use std::{collections::BTreeMap, process::Command};

use jebi_domain::{
    content::{Attachment, Content},
    message::Mailbox,
};
use mail_parser::{Address, MessageParser, MimeHeaders, PartType};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::{
    File,
    golden::{Case, cases, path},
};

/// Line ends and the last one are each reader's own.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end_matches('\n').to_owned()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn person(mailbox: &Mailbox) -> Value {
    json!({"name": mailbox.name.as_deref().unwrap_or_default(), "email": mailbox.email})
}

fn file(attachment: &Attachment, bytes: &[u8], inline: bool) -> Value {
    json!({
        "name": attachment.name.nfc().collect::<String>(),
        "type": attachment.content_type.split(';').next(),
        "cid": attachment.content_id,
        "inline": inline,
        "size": bytes.len(),
        "sha256": hash(bytes),
    })
}

/// What was put in, as readers tell it.
fn wanted(content: &Content, files: &[File]) -> Value {
    let (mut shown, mut apart) = (Vec::new(), Vec::new());
    for one in files {
        let inline = content.html.is_some() && one.attachment.content_id.is_some();
        if inline { &mut shown } else { &mut apart }.push(file(&one.attachment, &one.bytes, inline));
    }
    shown.append(&mut apart);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    if let Some(calendar) = &content.calendar {
        let ics = crlf(&calendar.ics);
        shown.push(json!({
            "name": "invite.ics", "type": "application/ics", "cid": null, "inline": false, "size": ics.len(), "sha256": hash(ics.as_bytes()),
        }));
    }
    json!({
        "subject": content.subject.trim(),
        "from": [person(&content.from)],
        "to": [{"name": "홍길동", "email": "hong@naver.com"}],
        "reply_to": content.reply_to.iter().map(person).collect::<Vec<_>>(),
        "text": content.text.as_deref().map(plain),
        "html": content.html.as_deref().map(plain),
        "calendar": content.calendar.as_ref().map(|c| json!({"method": c.method, "ics": plain(&c.ics)})),
        "files": shown,
    })
}

/// What a reader said, in the same form.
fn told(mut said: Value) -> Value {
    for field in ["/text", "/html", "/calendar/ics"] {
        if let Some(Value::String(text)) = said.pointer_mut(field) {
            *text = plain(text);
        }
    }
    said
}

fn compare(reader: &str, case: &Case, said: Value) {
    let (mut wanted, mut said) = (wanted(&case.content, &case.files), told(said));
    if case.content.text.is_none() {
        // Made from the HTML, or left out where there is nothing to tell.
        wanted["text"] = Value::Null;
        said["text"] = Value::Null;
    }
    assert_eq!(said, wanted, "{} read by {reader}", case.name);
}

fn lines(output: std::process::Output, reader: &str) -> Vec<Value> {
    assert!(output.status.success(), "{reader}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{reader}: {e}: {line}"))).collect()
}

fn compare_all(reader: &str, said: Vec<Value>) {
    let cases = cases();
    assert_eq!(said.len(), cases.len(), "{reader}");
    cases.iter().zip(said).for_each(|(case, said)| compare(reader, case, said));
}

fn paths() -> Vec<std::path::PathBuf> {
    cases().iter().map(|case| path(case.name)).collect()
}

#[test]
fn python_reads_what_was_put_in() {
    #[expect(clippy::disallowed_methods, reason = "where the tests' Python lies is told by scripts/test")]
    let python = std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which sets it");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mime/readers/read.py");
    let ran = Command::new(&python).arg(script).args(paths()).output();
    let output = ran.unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
    compare_all("Python", lines(output, "Python"));
}

#[test]
fn node_reads_what_was_put_in() {
    #[expect(clippy::disallowed_methods, reason = "where the tests' Node modules lie is told by scripts/test")]
    let modules = std::env::var("JEBI_TEST_NODE_MODULES")
        .expect("JEBI_TEST_NODE_MODULES is not set: run scripts/test, which installs mailparser and sets it");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mime/readers/read.js");
    let ran = Command::new("node").arg(script).args(paths()).env("NODE_PATH", &modules).output();
    let output = ran.unwrap_or_else(|e| panic!("node does not run: {e}; run scripts/test"));
    compare_all("mailparser", lines(output, "mailparser"));
}

#[test]
fn mail_parser_reads_what_was_put_in() {
    compare_all("mail-parser", paths().iter().map(|path| mail_parser_of(&std::fs::read(path).expect("read"))).collect());
}

fn mail_parser_of(mail: &[u8]) -> Value {
    let mail = MessageParser::new().parse(mail).expect("a mail");
    let people = |list: Option<&Address<'_>>| {
        let one = |a: &mail_parser::Addr<'_>| json!({"name": a.name.as_deref().unwrap_or_default(), "email": a.address.as_deref()});
        list.and_then(Address::as_list).map_or_else(Vec::new, |all| all.iter().map(one).collect::<Vec<_>>())
    };
    let (mut bodies, mut calendar, mut files) = (BTreeMap::new(), Value::Null, Vec::new());
    for part in mail.parts.iter().filter(|part| !matches!(part.body, PartType::Multipart(_))) {
        let kind = part.content_type().expect("a type");
        let name = format!("{}/{}", kind.ctype(), kind.subtype().expect("a subtype"));
        match (part.content_disposition(), name.as_str()) {
            (Some(how), _) => files.push(json!({
                "name": part.attachment_name(), "type": name, "cid": part.content_id(), "inline": how.is_inline(),
                "size": part.contents().len(), "sha256": hash(part.contents()),
            })),
            (None, "text/calendar") => {
                calendar = json!({"method": kind.attribute("method"), "ics": part.text_contents()});
            }
            (None, _) => {
                bodies.insert(name, part.text_contents().map(str::to_owned));
            }
        }
    }
    json!({
        "subject": mail.subject(), "from": people(mail.from()), "to": people(mail.to()), "reply_to": people(mail.reply_to()),
        "text": bodies.remove("text/plain"), "html": bodies.remove("text/html"), "calendar": calendar, "files": files,
    })
}
