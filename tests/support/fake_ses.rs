//! A SES that takes everything and remembers when: a thread a connection, so that it answers whatever else the test does.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use jebi::system::SystemClock;
use jebi_domain::{port::Clock, time::Boot};
use serde::Deserialize;

/// One recipient of one mail that came, before it was answered.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub at: Boot,
    pub to: String,
    /// The access key of who sent it; nothing over SMTP.
    pub by: String,
}

struct Shared {
    arrivals: Mutex<Vec<Arrival>>,
    changed: Condvar,
    rules: Mutex<Rules>,
    /// Milliseconds before each answer.
    latency: AtomicU64,
}

/// What the account is and allows.
#[derive(Clone)]
pub struct Rules {
    /// Recipients a second the account says it may send; below 0 for no limit.
    pub rate: f64,
    /// Recipients in 24 hours, and how many it counts.
    pub quota: (f64, f64),
    pub sandbox: bool,
    /// Identities that are verified; `None` for every one.
    pub verified: Option<Vec<&'static str>>,
    /// Access keys that hold; `None` for every one.
    pub keys: Option<Vec<&'static str>>,
    /// Identities asked for, in order.
    pub asked: Vec<String>,
    /// Calls refused for their access key.
    pub refused: u32,
    /// The account's suppression list: addresses, and why (`BOUNCE`, `COMPLAINT`).
    pub suppressed: BTreeMap<String, String>,
    /// A mail's id is [`id_of`] its first recipient, and known before it is sent.
    pub ids_known: bool,
}

/// The id of a mail to this address, where ids are known.
pub fn id_of(to: &str) -> String {
    format!("fake-of-{to}")
}

pub struct FakeSes {
    pub port: u16,
    shared: Arc<Shared>,
}

impl FakeSes {
    /// Listens on a free port. `rate` as `GetAccount` tells it; `None` for no limit.
    pub fn start(rate: Option<f64>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared {
            arrivals: Mutex::default(),
            changed: Condvar::new(),
            rules: Mutex::new(Rules {
                rate: rate.unwrap_or(-1.0),
                quota: (50_000_000.0, 0.0),
                sandbox: false,
                verified: None,
                keys: None,
                asked: Vec::new(),
                refused: 0,
                suppressed: BTreeMap::new(),
                ids_known: false,
            }),
            latency: AtomicU64::new(0),
        });
        let serving = Arc::clone(&shared);
        // Ends with the test process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                // A client that was killed in the middle of a request is what these tests are about.
                thread::spawn(move || serve(stream, &shared).unwrap_or_default());
            }
        });
        Self { port, shared }
    }

    /// Takes mail by SMTP too, into the same list; the port.
    pub fn listen_for_smtp(&self) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::clone(&self.shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve_smtp(stream, &shared).unwrap_or_default());
            }
        });
        port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Changes what the account is and allows.
    pub fn rules<T>(&self, change: impl FnOnce(&mut Rules) -> T) -> T {
        change(&mut self.shared.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set_latency(&self, latency: Duration) {
        self.shared.latency.store(u64::try_from(latency.as_millis()).expect("a short time"), Ordering::Relaxed);
    }

    /// Everything that came so far, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.lock().clone()
    }

    /// Recipients so far, repeats counted.
    pub fn total(&self) -> usize {
        self.shared.lock().len()
    }

    /// How often each recipient got mail.
    pub fn counts(&self) -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        self.shared.lock().iter().for_each(|a| *counts.entry(a.to.clone()).or_default() += 1);
        counts
    }

    /// When the first mail to an address came.
    pub fn first_to(&self, address: &str) -> Option<Boot> {
        self.shared.lock().iter().find(|a| a.to == address).map(|a| a.at)
    }

    /// Waits until so many recipients got mail; `false` when they did not in time.
    pub fn wait_for(&self, total: usize, time: Duration) -> bool {
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), time, |all| all.len() < total);
        let (all, _) = waited.unwrap_or_else(PoisonError::into_inner);
        all.len() >= total
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Notes a mail and takes its time before the answer.
    fn arrived(&self, to: impl IntoIterator<Item = String>, by: &str) {
        let at = SystemClock.boot();
        self.lock().extend(to.into_iter().map(|to| Arrival { at, to, by: by.to_owned() }));
        self.changed.notify_all();
        let latency = self.latency.load(Ordering::Relaxed);
        if latency > 0 {
            thread::sleep(Duration::from_millis(latency));
        }
    }
}

/// A sink that takes everything, with PIPELINING. A mail cut off before its dot was not taken.
fn serve_smtp(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let (mut line, mut to, mut mails) = (String::new(), Vec::new(), 0u64);
    out.write_all(b"220 sink ESMTP\r\n")?;
    while next_line(&mut reader, &mut line)? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n".to_owned(),
            "RCPT" => {
                to.extend(line.split_once('<').and_then(|(_, to)| to.split_once('>')).map(|(to, _)| to.to_owned()));
                "250 Ok\r\n".to_owned()
            }
            "DATA" => {
                out.write_all(b"354 go\r\n")?;
                while next_line(&mut reader, &mut line)? && line != ".\r\n" {}
                if line != ".\r\n" {
                    return Ok(());
                }
                shared.arrived(to.drain(..), "");
                mails += 1;
                format!("250 Ok: queued as sink-{mails}\r\n")
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => "250 Ok\r\n".to_owned(),
        };
        out.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Whether there was another line; it is kept whole.
fn next_line(reader: &mut impl BufRead, line: &mut String) -> std::io::Result<bool> {
    line.clear();
    Ok(reader.read_line(line)? > 0)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    destination: Destination,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

fn serve(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let mut sent = 0u64;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let (mut length, mut key) = (0, String::new());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
            if name.eq_ignore_ascii_case("authorization") {
                let from = value.find("Credential=").map_or("", |at| &value[at + "Credential=".len()..]);
                from.split('/').next().unwrap_or_default().clone_into(&mut key);
            }
        }
        let mut body = vec![0; length];
        // A mail cut off in the middle was not taken.
        reader.read_exact(&mut body)?;
        let at = SystemClock.boot();
        let rules = shared.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let holds = rules.keys.as_ref().is_none_or(|keys| keys.contains(&key.as_str()));
        let mut status = "200 OK\r\n".to_owned();
        let answer = if !holds {
            shared.rules.lock().unwrap_or_else(PoisonError::into_inner).refused += 1;
            status = "403 Forbidden\r\nx-amzn-errortype: UnrecognizedClientException\r\n".to_owned();
            r#"{"message":"The security token included in the request is invalid."}"#.to_owned()
        } else if first.starts_with("GET /v2/email/account") {
            account(&rules)
        } else if let Some(identity) = first.strip_prefix("GET /v2/email/identities/") {
            let identity = identity.split(' ').next().unwrap_or_default().replace("%40", "@");
            shared.rules.lock().unwrap_or_else(PoisonError::into_inner).asked.push(identity.clone());
            if rules.verified.as_ref().is_none_or(|verified| verified.contains(&identity.as_str())) {
                r#"{"IdentityType":"DOMAIN","VerifiedForSendingStatus":true}"#.to_owned()
            } else {
                status = "404 Not Found\r\nx-amzn-errortype: NotFoundException\r\n".to_owned();
                format!("{{\"message\":\"Email identity {identity} does not exist.\"}}")
            }
        } else if first.contains(" /v2/email/suppression/addresses") {
            let mut rules = shared.rules.lock().unwrap_or_else(PoisonError::into_inner);
            let (code, answer) = suppression(&mut rules, &first, &body)?;
            status = code.to_owned();
            answer
        } else if first.starts_with("POST /v2/email/outbound-emails") {
            let Send { destination: d } = serde_json::from_slice(&body)?;
            let to: Vec<String> = d.to_addresses.into_iter().chain(d.cc_addresses).chain(d.bcc_addresses).collect();
            let known = to.first().filter(|_| rules.ids_known).map(|to| id_of(to));
            shared.arrived(to, &key);
            sent += 1;
            format!("{{\"MessageId\":\"{}\"}}", known.unwrap_or_else(|| format!("fake-{}-{sent}", at.0)))
        } else {
            panic!("the fake SES was asked for {first}");
        };
        write!(out, "HTTP/1.1 {status}content-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}", answer.len())?;
    }
}

/// `ListSuppressedDestinations`, `PutSuppressedDestination`, `DeleteSuppressedDestination`, by their documented shapes.
fn suppression(rules: &mut Rules, first: &str, body: &[u8]) -> std::io::Result<(&'static str, String)> {
    const OK: &str = "200 OK\r\n";
    let address = first.split('/').nth(5).unwrap_or_default().split(' ').next().unwrap_or_default().replace("%40", "@");
    if first.starts_with("GET ") {
        let entry = |(email, reason): (&String, &String)| serde_json::json!({ "EmailAddress": email, "Reason": reason, "LastUpdateTime": 1_700_000_000.5 });
        let all: Vec<_> = rules.suppressed.iter().map(entry).collect();
        return Ok((OK, serde_json::json!({ "SuppressedDestinationSummaries": all }).to_string()));
    }
    if first.starts_with("PUT ") {
        let put: serde_json::Value = serde_json::from_slice(body)?;
        let text = |name: &str| put[name].as_str().unwrap_or_default().to_owned();
        rules.suppressed.insert(text("EmailAddress"), text("Reason"));
        return Ok((OK, "{}".to_owned()));
    }
    if rules.suppressed.remove(&address).is_some() {
        return Ok((OK, "{}".to_owned()));
    }
    let said = format!("{{\"message\":\"Email address {address} does not exist on your suppression list.\"}}");
    Ok(("404 Not Found\r\nx-amzn-errortype: NotFoundException\r\n", said))
}

fn account(rules: &Rules) -> String {
    serde_json::json!({
        "DedicatedIpAutoWarmupEnabled": false, "EnforcementStatus": "HEALTHY", "ProductionAccessEnabled": !rules.sandbox,
        "SendingEnabled": true,
        "SendQuota": { "Max24HourSend": rules.quota.0, "MaxSendRate": rules.rate, "SentLast24Hours": rules.quota.1 },
    })
    .to_string()
}
