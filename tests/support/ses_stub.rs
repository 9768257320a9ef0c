//! A scripted SES: does to each request what the test says, and keeps what it got. Speaks HTTP/1.1 by hand, because half of
//! what it is for is breaking it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;

/// What to do with one request.
#[derive(Clone, Debug)]
pub enum Step {
    /// Read it and answer.
    Answer(Answer),
    /// Read it, say so, and answer when [`SesStub::release`] is called.
    AnswerLate(Answer),
    /// Read its head, then nothing more, for ever.
    HangAfterHead,
    /// Read it all, then nothing more, for ever.
    HangAfterBody,
    /// Close without reading a byte.
    DropUnread,
    DropAfterHead,
    DropAfterBody,
    /// Write these bytes instead of an answer, then close.
    RawThenClose(Vec<u8>),
    /// Answer as if the connection stayed open, then close it.
    AnswerThenClose(Answer),
}

/// An answer in HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub chunked: bool,
}

impl Answer {
    /// 200 with this id.
    pub fn accepted(id: &str) -> Self {
        Self::new(200, &format!("{{\"MessageId\":\"{id}\"}}"))
    }
    pub fn new(status: u16, body: &str) -> Self {
        Self { status, headers: vec![("content-type", "application/json".into())], body: body.into(), chunked: false }
    }
    /// An error as SES writes it.
    pub fn error(status: u16, kind: &str, text: &str) -> Self {
        let body = serde_json::json!({ "message": text }).to_string();
        let answer = Self::new(status, &body);
        if kind.is_empty() { answer } else { answer.header("x-amzn-errortype", kind) }
    }
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {} x\r\n", self.status);
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.chunked {
            out.push_str("transfer-encoding: chunked\r\n\r\n");
            let (a, b) = self.body.split_at(self.body.len() / 2);
            for part in [a, b].into_iter().filter(|p| !p.is_empty()) {
                out.push_str(&format!("{:x}\r\n{part}\r\n", part.len()));
            }
            out.push_str("0\r\n\r\n");
        } else {
            out.push_str(&format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body));
        }
        out.into_bytes()
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Which connection it came on, from 1.
    pub connection: usize,
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    /// Value of a header, whatever case it came in.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()))
    }
}

/// What has happened so far.
#[derive(Default)]
pub struct Seen {
    pub connections: usize,
    /// TLS handshakes done.
    pub handshakes: usize,
    /// Heads read, of requests that were not read further too.
    pub heads: usize,
    /// Requests read whole.
    pub requests: Vec<Received>,
    /// Connections ended, by whichever side.
    pub closed: usize,
    script: VecDeque<Step>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Notify,
    release: Notify,
    hang_up: Notify,
}

pub struct SesStub {
    pub port: u16,
    tls: bool,
    shared: Arc<Shared>,
}

impl SesStub {
    /// Listens on a free port; requests beyond the script are accepted with the id `stub-<number>`.
    pub async fn start(script: impl IntoIterator<Item = Step>) -> Self {
        Self::with(script, None).await
    }

    pub async fn start_tls(script: impl IntoIterator<Item = Step>, tls: TlsAcceptor) -> Self {
        Self::with(script, Some(tls)).await
    }

    async fn with(script: impl IntoIterator<Item = Step>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared::default());
        shared.lock().script.extend(script);
        let stub = Self { port, tls: tls.is_some(), shared: Arc::clone(&shared) };
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, tls.clone(), Arc::clone(&shared)));
            }
        });
        stub
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.tls { "https" } else { "http" }, self.port)
    }

    pub fn push(&self, step: Step) {
        self.shared.lock().script.push_back(step);
    }

    /// Lets one [`Step::AnswerLate`] go on.
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
    /// The step for the request that is coming; taken when its first byte is there.
    fn next(&self) -> Step {
        let mut seen = self.lock();
        let id = format!("stub-{}", seen.requests.len() + 1);
        seen.script.pop_front().unwrap_or(Step::Answer(Answer::accepted(&id)))
    }
}

async fn serve(tcp: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    tcp.set_nodelay(true).expect("a socket option");
    let connection = shared.note(|s| {
        s.connections += 1;
        s.connections
    });
    let served = async {
        match tls {
            None => plain(tcp, connection, &shared).await,
            Some(tls) => {
                // A client that does not trust us ends the handshake; that is its test's business.
                if let Ok(stream) = tls.accept(tcp).await {
                    shared.note(|s| s.handshakes += 1);
                    run(stream, connection, &shared, None).await;
                }
            }
        }
    };
    tokio::select! {
        () = served => {}
        () = shared.hang_up.notified() => {}
    }
    shared.note(|s| s.closed += 1);
}

async fn plain(tcp: TcpStream, connection: usize, shared: &Shared) {
    let mut one = [0];
    if !matches!(tcp.peek(&mut one).await, Ok(1)) {
        return;
    }
    let first = shared.next();
    if matches!(first, Step::DropUnread) {
        return;
    }
    run(tcp, connection, shared, Some(first)).await;
}

async fn run(mut stream: impl AsyncRead + AsyncWrite + Unpin, connection: usize, shared: &Shared, mut first: Option<Step>) {
    let mut buffer = Vec::new();
    loop {
        let Some(head_end) = read_until_head(&mut stream, &mut buffer).await else { return };
        let step = first.take().unwrap_or_else(|| shared.next());
        shared.note(|s| s.heads += 1);
        match step {
            Step::HangAfterHead => return hang().await,
            Step::DropAfterHead | Step::DropUnread => return,
            _ => {}
        }
        let head = String::from_utf8(buffer[..head_end].to_vec()).expect("an ASCII head");
        let mut request = Received { connection, head, body: Vec::new() };
        let length: usize = request.header("content-length").map_or(0, |v| v.parse().expect("a length"));
        while buffer.len() < head_end + length {
            if !matches!(stream.read_buf(&mut buffer).await, Ok(n) if n > 0) {
                return;
            }
        }
        request.body = buffer[head_end..head_end + length].to_vec();
        buffer.drain(..head_end + length);
        shared.note(|s| s.requests.push(request));
        let (bytes, close) = match step {
            Step::Answer(answer) => (answer.bytes(), false),
            Step::AnswerLate(answer) => {
                shared.release.notified().await;
                (answer.bytes(), false)
            }
            Step::AnswerThenClose(answer) => (answer.bytes(), true),
            Step::RawThenClose(bytes) => (bytes, true),
            Step::DropAfterBody => return,
            Step::HangAfterBody => return hang().await,
            Step::HangAfterHead | Step::DropAfterHead | Step::DropUnread => unreachable!("dealt with above"),
        };
        // The client may be gone; then there is nobody to tell.
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() || close {
            return;
        }
    }
}

async fn hang() {
    std::future::pending::<()>().await;
}

/// Where the head ends; `None` when the connection does first.
async fn read_until_head(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<usize> {
    loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            return Some(at + 4);
        }
        if !matches!(stream.read_buf(buffer).await, Ok(n) if n > 0) {
            return None;
        }
    }
}
