//! Mail that Jebi signs, through aiosmtpd, checked by dkimpy: RSA, Ed25519 and both; what was changed on the way does not pass.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use jebi::{
    app::make_dkim_key,
    provider::{
        dkim::{DkimConfig, DkimKey},
        smtp::{SmtpConfig, SmtpProvider},
    },
    system::SystemClock,
};
use jebi_domain::{
    content::Content,
    id::{DeliveryId, MessageId},
    outcome::Outcome,
    port::{Outgoing, Provider},
};
use serde_json::{Value, json};

use super::{
    on_a_sender_thread,
    smtp_rig::{config, send},
};
use crate::{
    mime::{File, composed, content},
    support::machine,
};

/// Says its port. Then, for every mail it gets, reads a line of JSON with the records of the DNS, and says of each signature what dkimpy
/// finds, for the mail as it came and with parts of it changed.
const SERVER: &str = r#"
import asyncio, json, re, sys, warnings
warnings.simplefilter("ignore")
import dkim
from aiosmtpd.smtp import SMTP
def check(raw, records):
    count = len(re.findall(rb"(?im)^DKIM-Signature:", raw.split(b"\r\n\r\n")[0]))
    def dns(name, timeout=5):
        name = name.decode() if isinstance(name, bytes) else name
        return records[name.rstrip(".")].encode()
    def one(i):
        try:
            return dkim.DKIM(raw, minkey=1024).verify(idx=i, dnsfunc=dns)
        except dkim.DKIMException as e:
            return False
    return [one(i) for i in range(count)]
def told(raw, records):
    signature = raw.split(b"\r\nFrom:")[0]
    h = re.sub(rb"\s", b"", re.search(rb"h=([^;]*);", signature).group(1)).decode() if b"DKIM-Signature" in signature else ""
    head, body = raw.split(b"\r\n\r\n", 1)
    header = head[len(signature):]
    return dict(
        first=raw[:16].decode(), names=h.split(":"), ok=check(raw, records), size=len(raw),
        subject=check(re.sub(rb"\r\nSubject: ", b"\r\nSubject: x", raw, count=1), records),
        folded=check(signature + re.sub(rb"\r\nSubject: ", b"\r\nSUBJECT:\r\n \t", header, count=1) + b"\r\n\r\n" + body, records),
        unsubscribe=check(re.sub(rb"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click", raw), records),
        sender=check(b"From: evil@example.kr\r\n" + raw, records),
        body=check(signature + header + b"\r\n\r\n" + b"x" + body, records),
        trailing=check(raw + b" \r\n\r\n", records),
    )
class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        self.size = next((int(o[5:]) for o in options if o.startswith("SIZE=")), None)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        print(json.dumps(dict(told(envelope.original_content, json.loads(line)), declared=self.size)), flush=True)
        return "250 OK"
async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(), hostname="aio.example.com"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"#;

/// Ended when dropped.
struct Verifier {
    process: Child,
    input: ChildStdin,
    out: BufReader<ChildStdout>,
    port: u16,
}

impl Drop for Verifier {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Verifier {
    fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where Python with aiosmtpd and dkimpy lies is told by scripts/test")]
        let python = std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which installs dkimpy");
        let mut process = Command::new(&python)
            .args(["-c", SERVER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
        let input = process.stdin.take().expect("piped");
        let mut out = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("its first line");
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the server did not start: {line:?}; its error stands above"));
        Self { process, input, out, port }
    }

    /// Sends a mail to it, and has it checked.
    fn judge(&mut self, keys: &Keys, mail: Outgoing) -> Value {
        writeln!(self.input, "{}", keys.records).expect("written");
        let provider = keys.provider(self.port);
        on_a_sender_thread(async move {
            let outcome = send(&*provider.sender(), mail).await;
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        });
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a verdict");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no verdict: {line:?}; the server's error stands above"))
    }
}

/// Keys of `example.kr`, and what its DNS says.
struct Keys {
    dkim: DkimConfig,
    records: Value,
}

impl Keys {
    fn new(kinds: &[&str]) -> Self {
        let (mut dkim, mut records) = (DkimConfig { domain: "example.kr".into(), keys: Vec::new() }, json!({}));
        for kind in kinds {
            let key = make_dkim_key("example.kr", kind, *kind == "ed").expect("a key");
            records[key.record.name] = key.record.text.into();
            dkim.keys.push(DkimKey { selector: (*kind).to_owned(), pem: key.pem });
        }
        Self { dkim, records }
    }

    fn provider(&self, port: u16) -> SmtpProvider {
        let config = SmtpConfig { dkim: Some(self.dkim.clone()), ..config(port) };
        SmtpProvider::start(config, Arc::new(SystemClock)).expect("a valid configuration")
    }
}

/// One copy, made in November 2025 as its id tells.
fn mail(content: Content, files: &[File]) -> Outgoing {
    let mut id = [0x5a; 16];
    id[..6].copy_from_slice(&1_762_131_845_678_i64.to_be_bytes()[2..]);
    Outgoing { delivery: DeliveryId { message: MessageId(id), ordinal: 7 }, ..composed(content, files) }
}

/// A newsletter with everything that is signed.
fn newsletter() -> Content {
    let mut content = content();
    content.from = crate::mime::mailbox("news@mail.example.kr", "제비 소식");
    content.subject = "홍길동 님, 아주 긴 한글 제목이 여러 줄로 접혀도 서명은 그대로 맞아야 합니다: 제비가 물고 온 박씨 이야기".into();
    content.reply_to = vec![crate::mime::mailbox("help@example.kr", "고객센터")];
    content.text = Some("안녕하세요, 홍길동 님.\n.\n..두 점\n  끝에 빈칸  \n\n\n".into());
    let references: String = (0..30).map(|i| format!("<{i}.0123456789@mail.example.kr> ")).collect();
    content.headers = [
        (
            "List-Unsubscribe",
            "<https://example.kr/u/0123456789012345678901234567890123456789012345678901234567890123456789>, <mailto:u@example.kr>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Id", "<news.example.kr>"),
        ("Feedback-ID", "1:2:3:jebi"),
        ("In-Reply-To", "<0.0123456789@mail.example.kr>"),
        ("References", references.trim_end()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    content
}

#[test]
fn what_is_signed_passes_and_what_was_changed_does_not() {
    let _machine = machine::busy();
    let mut server = Verifier::start();
    for (kinds, count) in [(&["rsa"][..], 1), (&["ed"][..], 1), (&["rsa", "ed"][..], 2)] {
        let keys = Keys::new(kinds);
        let said = server.judge(&keys, mail(newsletter(), &[]));
        let (all, none) = (json!(vec![true; count]), json!(vec![false; count]));
        assert_eq!(said["first"], "DKIM-Signature: ", "{kinds:?}: {said}");
        for field in ["ok", "folded", "trailing"] {
            assert_eq!(said[field], all, "{kinds:?}, {field}: {said}");
        }
        for field in ["subject", "unsubscribe", "sender", "body"] {
            assert_eq!(said[field], none, "{kinds:?}, {field}: {said}");
        }
        assert_eq!(said["declared"], said["size"], "the size was known before it was signed: {said}");
        let wanted = [
            "from",
            "from",
            "subject",
            "date",
            "to",
            "reply-to",
            "message-id",
            "mime-version",
            "content-type",
            "in-reply-to",
            "references",
            "list-unsubscribe",
            "list-unsubscribe-post",
            "list-id",
            "feedback-id",
        ];
        assert_eq!(said["names"], json!(wanted), "{kinds:?}");
    }
}

#[test]
fn any_body_passes() {
    let _machine = machine::busy();
    let (mut server, keys) = (Verifier::start(), Keys::new(&["rsa", "ed"]));
    let large: Vec<u8> = (0..3_000_000_u32).map(|i| u8::try_from(i % 251).unwrap_or(0)).collect();
    let texts = ["", "\n\n\n", ".", ".\n..\n...", "plain", "a\n.\n", "  spaces\t \n\t\n x  y \n", "제비가 물고 온 박씨", "\n\nfirst"];
    let mut cases: Vec<(String, Outgoing)> = texts
        .iter()
        .map(|text| {
            let content = Content { text: Some((*text).to_owned()), html: None, ..newsletter() };
            (format!("{text:?}"), mail(content, &[]))
        })
        .collect();
    let html = Content { html: Some("<p>안녕하세요</p>\n<img src=\"cid:logo\" alt=\"제비\">".into()), ..newsletter() };
    let files = [File::new("계약서.pdf", "application/pdf", large), File::new("logo.png", "image/png", *b"\x89PNG").inline("logo")];
    cases.push(("files".into(), mail(html, &files)));
    for (name, mail) in cases {
        let said = server.judge(&keys, mail);
        assert_eq!(said["ok"], json!([true, true]), "{name}: {said}");
        assert_eq!(said["body"], json!([false, false]), "{name}: {said}");
    }
}

#[test]
fn a_sender_of_another_domain_goes_unsigned() {
    let _machine = machine::busy();
    let (mut server, keys) = (Verifier::start(), Keys::new(&["rsa"]));
    let other = Content { from: crate::mime::mailbox("hong@notexample.kr", "홍길동"), ..newsletter() };
    let said = server.judge(&keys, mail(other, &[]));
    assert_eq!((&said["ok"], &said["declared"]), (&json!([]), &said["size"]), "{said}");
}
