//! A scripted SMTP server: at each step it does what the test says, else what a good server would, and keeps what it got. By hand,
//! because half of what it is for is breaking the protocol.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;

/// Where something can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    /// The AUTH command, and each line after it.
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The first bytes of the mail are there.
    InBody,
    /// The whole mail is there.
    Body,
    Rset,
    Quit,
}

/// What is done there, once.
#[derive(Clone, Debug)]
pub enum Act {
    /// These lines; CRLF between them and at the end is added.
    Say(&'static str),
    /// The same, byte by byte, each on its own.
    Slowly(&'static str),
    /// The same, when [`SmtpStub::release`] is called.
    Late(&'static str),
    SayThenClose(&'static str),
    Close,
    /// Nothing more, for ever.
    Hang,
}

/// What kind of server it is.
#[derive(Clone, Default)]
pub struct Kind {
    /// In place of the usual ones; STARTTLS and AUTH come by themselves.
    pub offers: Option<Vec<&'static str>>,
    pub tls: Option<TlsAcceptor>,
    /// TLS from the first byte.
    pub implicit: bool,
    /// Name, password and mechanisms.
    pub login: Option<(&'static str, &'static str, &'static str)>,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The MAIL command.
    pub from: String,
    /// Recipients taken.
    pub to: Vec<String>,
    /// With the doubled dots taken back.
    pub content: Vec<u8>,
    pub secure: bool,
}

#[derive(Default)]
pub struct Seen {
    pub connections: usize,
    pub closed: usize,
    pub handshakes: usize,
    /// Every line that was a command, with its connection.
    pub commands: Vec<(usize, String)>,
    pub mails: Vec<Mail>,
    /// Bytes of mails, whole or not.
    pub body_bytes: usize,
    /// Reads it took for the commands, to see what came together.
    pub reads: usize,
    script: HashMap<At, VecDeque<Act>>,
    /// In place of the password it began with.
    password: Option<&'static str>,
}

impl Seen {
    /// How often a command came.
    pub fn count(&self, verb: &str) -> usize {
        self.commands.iter().filter(|(_, line)| line.starts_with(verb)).count()
    }
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Notify,
    release: Notify,
    hang_up: Notify,
}

pub struct SmtpStub {
    pub port: u16,
    shared: Arc<Shared>,
}

const OFFERS: [&str; 5] = ["PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"];

impl SmtpStub {
    /// Listens on a free port, in the clear, without a login.
    pub async fn start() -> Self {
        Self::of(Kind::default()).await
    }

    pub async fn of(kind: Kind) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared::default());
        let stub = Self { port, shared: Arc::clone(&shared) };
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, kind.clone(), Arc::clone(&shared)));
            }
        });
        stub
    }

    /// What to do the next times.
    pub fn on(&self, at: At, acts: impl IntoIterator<Item = Act>) -> &Self {
        self.shared.lock().script.entry(at).or_default().extend(acts);
        self
    }

    /// Logins hold with this password alone from now on; who is logged in stays.
    pub fn takes_only(&self, password: &'static str) {
        self.shared.lock().password = Some(password);
    }

    /// Lets one [`Act::Late`] go on.
    pub fn release(&self) {
        self.shared.release.notify_one();
    }

    /// Closes every connection there is.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_waiters();
    }

    pub fn look<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.shared.lock())
    }

    /// Waits until it holds.
    pub async fn until(&self, holds: impl Fn(&Seen) -> bool) {
        loop {
            let changed = self.shared.changed.notified();
            if holds(&self.shared.lock()) {
                return;
            }
            changed.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn note<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        let out = change(&mut self.lock());
        self.changed.notify_waiters();
        out
    }
    fn next(&self, at: At) -> Option<Act> {
        self.lock().script.get_mut(&at)?.pop_front()
    }
}

async fn serve(tcp: TcpStream, kind: Kind, shared: Arc<Shared>) {
    tcp.set_nodelay(true).expect("a socket option");
    let connection = shared.note(|s| {
        s.connections += 1;
        s.connections
    });
    tokio::select! {
        () = talk(tcp, kind, connection, &shared) => {}
        () = shared.hang_up.notified() => {}
    }
    shared.note(|s| s.closed += 1);
}

async fn talk(tcp: TcpStream, kind: Kind, connection: usize, shared: &Shared) {
    let Some(tls) = kind.tls.clone() else {
        Dialogue::new(tcp, kind, connection, shared, false).run(true).await;
        return;
    };
    let (tcp, greet) = if kind.implicit {
        (tcp, true)
    } else {
        let mut plain = Dialogue::new(tcp, kind.clone(), connection, shared, false);
        if plain.run(true).await != End::StartTls {
            return;
        }
        (plain.stream, false)
    };
    // A client that does not trust us ends the handshake; that is its test's business.
    let Ok(stream) = tls.accept(tcp).await else { return };
    shared.note(|s| s.handshakes += 1);
    Dialogue::new(stream, kind, connection, shared, true).run(greet).await;
}

#[derive(PartialEq, Eq)]
enum End {
    Closed,
    StartTls,
}

struct Dialogue<'a, S> {
    stream: S,
    kind: Kind,
    connection: usize,
    shared: &'a Shared,
    secure: bool,
    buffer: Vec<u8>,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Dialogue<'a, S> {
    fn new(stream: S, kind: Kind, connection: usize, shared: &'a Shared, secure: bool) -> Self {
        Self { stream, kind, connection, shared, secure, buffer: Vec::new(), from: None, to: Vec::new() }
    }

    async fn run(&mut self, greet: bool) -> End {
        self.dialogue(greet).await.unwrap_or(End::Closed)
    }

    /// `None` when the connection has ended or is to.
    async fn dialogue(&mut self, greet: bool) -> Option<End> {
        if greet {
            self.act(At::Greeting, "220 stub ESMTP").await?;
        }
        loop {
            let line = self.line().await?;
            self.shared.note(|s| s.commands.push((self.connection, line.clone())));
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let offers = self.offers();
                    self.act(At::Ehlo, &offers).await?;
                }
                "HELO" => self.write("250 stub\r\n".as_bytes()).await?,
                "STARTTLS" => {
                    if self.act(At::StartTls, "220 2.0.0 go").await? == 220 {
                        return Some(End::StartTls);
                    }
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" => {
                    self.to.clear();
                    self.from = (self.act(At::Mail, "250 2.1.0 Ok").await? / 100 == 2).then_some(line);
                }
                "RCPT" => {
                    let usual = if self.from.is_some() { "250 2.1.5 Ok" } else { "503 5.5.1 MAIL first" };
                    if self.act(At::Rcpt, usual).await? / 100 == 2 {
                        let to = line.split_once('<').and_then(|(_, to)| to.split_once('>')).expect("a path").0;
                        self.to.push(to.to_owned());
                    }
                }
                "DATA" => {
                    let usual = if self.to.is_empty() { "554 5.5.1 no valid recipients" } else { "354 go ahead" };
                    if self.act(At::Data, usual).await? == 354 {
                        self.mail().await?;
                    }
                }
                "RSET" => {
                    self.from = None;
                    self.act(At::Rset, "250 2.0.0 Ok").await?;
                }
                "QUIT" => {
                    self.act(At::Quit, "221 2.0.0 bye").await?;
                    return None;
                }
                _ => self.write(b"502 5.5.2 what?\r\n").await?,
            }
        }
    }

    fn offers(&self) -> String {
        let mut offers: Vec<String> = match &self.kind.offers {
            Some(offers) => offers.iter().map(|o| (*o).to_owned()).collect(),
            None => OFFERS.map(str::to_owned).to_vec(),
        };
        if self.kind.tls.is_some() && !self.secure {
            offers.push("STARTTLS".to_owned());
        }
        if let Some((_, _, mechanisms)) = self.kind.login
            && (self.secure || self.kind.tls.is_none())
        {
            offers.push(format!("AUTH {mechanisms}"));
        }
        let mut all = vec!["stub greets you".to_owned()];
        all.extend(offers);
        let last = all.len() - 1;
        let line = |(i, o): (usize, &String)| format!("250{}{o}", if i == last { ' ' } else { '-' });
        all.iter().enumerate().map(line).collect::<Vec<_>>().join("\r\n")
    }

    async fn auth(&mut self, line: &str) -> Option<()> {
        let (user, first, _) = self.kind.login.expect("a login was offered");
        let password = self.shared.lock().password.unwrap_or(first);
        let words: Vec<&str> = line.split(' ').collect();
        let right = match words[..] {
            ["AUTH", "PLAIN", both] => decoded(both) == format!("\0{user}\0{password}"),
            ["AUTH", "LOGIN"] => {
                let mut said = Vec::new();
                for prompt in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                    self.write(prompt.as_bytes()).await?;
                    said.push(decoded(&self.line().await?));
                }
                said == [user, password]
            }
            _ => panic!("an AUTH command no client should write: {line}"),
        };
        let usual = if right { "235 2.7.0 welcome" } else { "535 5.7.8 Username and Password not accepted" };
        self.act(At::Auth, usual).await.map(|_| ())
    }

    /// Reads the mail up to its dot, and answers.
    async fn mail(&mut self) -> Option<()> {
        let mut scripted = true;
        let end = loop {
            if self.buffer.starts_with(b".\r\n") {
                break 0;
            }
            if let Some(at) = self.buffer.windows(5).position(|w| w == b"\r\n.\r\n") {
                break at + 2;
            }
            if scripted && !self.buffer.is_empty() {
                scripted = false;
                if let Some(act) = self.shared.next(At::InBody) {
                    self.does(act).await?;
                }
            }
            self.read().await?;
        };
        let wire: Vec<u8> = self.buffer.drain(..end + 3).collect();
        let mut content = Vec::new();
        for line in wire[..end].split_inclusive(|b| *b == b'\n') {
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        let mail = Mail { from: self.from.take().unwrap_or_default(), to: std::mem::take(&mut self.to), content, secure: self.secure };
        let number = self.shared.note(|s| {
            s.body_bytes += wire.len();
            s.mails.push(mail);
            s.mails.len()
        });
        self.act(At::Body, &format!("250 2.0.0 Ok: queued as stub-{number}")).await.map(|_| ())
    }

    /// Does what is scripted here, else says the usual. The code that was said.
    async fn act(&mut self, at: At, usual: &str) -> Option<u16> {
        match self.shared.next(at) {
            Some(act) => self.does(act).await,
            None => self.say(usual).await,
        }
    }

    async fn does(&mut self, act: Act) -> Option<u16> {
        match act {
            Act::Say(lines) => self.say(lines).await,
            Act::Slowly(lines) => {
                for byte in format!("{lines}\r\n").bytes() {
                    self.write(&[byte]).await?;
                    // Each byte is read on its own.
                    for _ in 0..5 {
                        tokio::task::yield_now().await;
                    }
                }
                code(lines)
            }
            Act::Late(lines) => {
                self.shared.release.notified().await;
                self.say(lines).await
            }
            Act::SayThenClose(lines) => {
                self.say(lines).await?;
                None
            }
            Act::Close => None,
            Act::Hang => std::future::pending().await,
        }
    }

    async fn say(&mut self, lines: &str) -> Option<u16> {
        self.write(format!("{lines}\r\n").as_bytes()).await?;
        code(lines)
    }

    async fn write(&mut self, bytes: &[u8]) -> Option<()> {
        // The client may be gone; then there is nobody to tell.
        self.stream.write_all(bytes).await.ok()?;
        self.stream.flush().await.ok()
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|w| w == b"\r\n") {
                let line = self.buffer.drain(..at + 2).take(at).collect();
                return Some(String::from_utf8(line).expect("UTF-8"));
            }
            self.shared.note(|s| s.reads += 1);
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Option<()> {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(n) if n > 0).then_some(())
    }
}

/// The code of the first line.
fn code(lines: &str) -> Option<u16> {
    Some(lines.get(..3).and_then(|c| c.parse().ok()).unwrap_or(0))
}

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).expect("base64")).expect("UTF-8")
}
