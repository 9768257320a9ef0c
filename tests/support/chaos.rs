//! The network between a node and PostgreSQL, as bad as a test wants it: connections are cut, refused or held, and a COMMIT can lose its
//! answer, or never arrive.
//!
//! It reads the protocol's messages (PostgreSQL 17, chapter 55) and passes them on whole, so the client must not ask for TLS.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{oneshot, watch},
};

const LONG: Duration = Duration::from_secs(60);

/// Which half of a COMMIT is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The order: the server undoes the transaction.
    Order,
    /// The answer: the server has committed, and nobody is told.
    Answer,
}

/// How new connections and bytes are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    /// New connections are closed at once.
    Refusing,
    /// Nothing passes, nothing is closed.
    Stalled,
}

/// A COMMIT that is waited for.
struct Trap {
    lost: Lost,
    /// Only one of a transaction in which a statement held these words.
    after: String,
    sprung: oneshot::Sender<()>,
}

struct Shared {
    /// Where the server is.
    upstream: Mutex<SocketAddr>,
    gate: watch::Sender<Gate>,
    /// Counts the cuts; a connection ends when it changes.
    cuts: watch::Sender<u64>,
    opened: watch::Sender<usize>,
    trap: Mutex<Option<Trap>>,
}

/// A proxy; everything through it ends when it is dropped.
pub struct Chaos {
    pub port: u16,
    shared: Arc<Shared>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Chaos {
    /// Stands before the server at this port of this machine.
    pub fn before(port: u16) -> Self {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let own = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared {
            upstream: Mutex::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            gate: watch::Sender::new(Gate::Open),
            cuts: watch::Sender::new(0),
            opened: watch::Sender::new(0),
            trap: Mutex::default(),
        });
        let (end, ended) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, serving) => {}
                    _ = ended => {}
                }
            });
        });
        Self { port: own, shared, end: Some(end), thread: Some(thread) }
    }

    /// An address of the server, through here.
    pub fn through(&self, url: &str) -> String {
        url.replace(&format!(":{}/", self.shared.upstream().port()), &format!(":{}/", self.port))
    }

    /// Cuts every connection now.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Closes new connections at once, until [`Chaos::flow`].
    pub fn refuse(&self) {
        self.shared.gate.send_replace(Gate::Refusing);
    }

    /// Lets nothing pass any more, without closing anything, until [`Chaos::flow`].
    pub fn stall(&self) {
        self.shared.gate.send_replace(Gate::Stalled);
    }

    /// Leads new connections to another server from now on, as an address that follows the primary does.
    pub fn follow(&self, port: u16) {
        *self.shared.upstream.lock().unwrap_or_else(PoisonError::into_inner) = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    }

    /// As if nothing had been.
    pub fn flow(&self) {
        self.shared.gate.send_replace(Gate::Open);
    }

    /// Loses the next COMMIT, or its answer, of a transaction in which a statement held `after` (`""` for any), and cuts its connection.
    /// What comes back completes when it has happened.
    pub fn lose_commit(&self, lost: Lost, after: &str) -> oneshot::Receiver<()> {
        let (sprung, happened) = oneshot::channel();
        *self.shared.trap() = Some(Trap { lost, after: after.to_owned(), sprung });
        happened
    }

    /// How many connections have been opened through here since the start.
    pub fn opened_so_far(&self) -> usize {
        *self.shared.opened.borrow()
    }

    /// Waits until so many connections have been opened through here since the start.
    pub async fn opened(&self, count: usize) {
        let mut opened = self.shared.opened.subscribe();
        let reached = opened.wait_for(|opened| *opened >= count);
        drop(tokio::time::timeout(LONG, reached).await.unwrap_or_else(|_| panic!("not {count} connections in {LONG:?}")));
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it has been printed.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn upstream(&self) -> SocketAddr {
        *self.upstream.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn trap(&self) -> std::sync::MutexGuard<'_, Option<Trap>> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: StdListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).expect("a runtime");
    loop {
        let (client, _) = listener.accept().await.expect("it listens");
        if *shared.gate.borrow() == Gate::Refusing {
            continue;
        }
        shared.opened.send_modify(|opened| *opened += 1);
        tokio::spawn(connection(client, Arc::clone(&shared)));
    }
}

/// Both ways of one connection; both ends are closed when either way ends.
async fn connection(client: TcpStream, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(shared.upstream()).await else { return };
    for socket in [&client, &server] {
        socket.set_nodelay(true).expect("a socket");
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut cuts = shared.cuts.subscribe();
    cuts.mark_unchanged();
    let (lose, losing) = watch::channel(false);
    let sprung: Mutex<Option<oneshot::Sender<()>>> = Mutex::default();
    let ended = tokio::select! {
        ended = orders(from_client, to_server, &shared, &lose, &sprung) => ended,
        ended = answers(from_server, to_client, &shared, losing) => ended,
        changed = cuts.changed() => { changed.expect("it is there"); Ok(()) }
    };
    // A connection that ends is what this is about.
    drop(ended);
    let told = sprung.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(sprung) = told {
        // The test may not wait for it.
        let _ = sprung.send(());
    }
}

/// What a client has prepared and what its transaction did.
#[derive(Default)]
struct Seen {
    /// Names of prepared statements and their texts.
    statements: HashMap<String, String>,
    /// The text bound last.
    bound: String,
    /// What the transaction ran so far.
    ran: String,
}

async fn orders(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: &Shared,
    lose: &watch::Sender<bool>,
    sprung: &Mutex<Option<oneshot::Sender<()>>>,
) -> io::Result<()> {
    let mut gate = shared.gate.subscribe();
    // The first has no type.
    let first = message(&mut from, false).await?;
    pass(&mut gate).await;
    to.write_all(&first).await?;
    let mut seen = Seen::default();
    loop {
        let order = message(&mut from, true).await?;
        if let Some(ran) = seen.commits(&order) {
            let mut trap = shared.trap();
            if trap.as_ref().is_some_and(|trap| ran.contains(&trap.after)) {
                let Trap { lost, sprung: tell, .. } = trap.take().expect("looked at");
                drop(trap);
                *sprung.lock().unwrap_or_else(PoisonError::into_inner) = Some(tell);
                if lost == Lost::Order {
                    return Ok(());
                }
                lose.send_replace(true);
            }
        }
        pass(&mut gate).await;
        to.write_all(&order).await?;
    }
}

impl Seen {
    /// Takes note of a message. What the transaction ran, where this commits it.
    fn commits(&mut self, order: &[u8]) -> Option<String> {
        let body = &order[5..];
        let text = |i: usize| body.split(|b| *b == 0).nth(i).map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let running = match order[0] {
            b'Q' => text(0),
            b'P' => {
                self.statements.insert(text(0), text(1));
                return None;
            }
            b'B' => {
                self.bound = self.statements.get(&text(1)).cloned().unwrap_or_default();
                return None;
            }
            b'E' => self.bound.clone(),
            _ => return None,
        };
        let statements = || running.split(';').map(|statement| statement.trim().to_ascii_lowercase());
        if statements().any(|statement| statement.starts_with("begin")) {
            self.ran.clear();
        }
        self.ran += &running;
        statements().any(|statement| statement == "commit").then(|| std::mem::take(&mut self.ran))
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared, losing: watch::Receiver<bool>) -> io::Result<()> {
    let mut gate = shared.gate.subscribe();
    loop {
        let answer = message(&mut from, true).await?;
        // It has been carried out: from here on nobody is told.
        if *losing.borrow() && answer[0] == b'C' && answer[5..].starts_with(b"COMMIT") {
            return Ok(());
        }
        pass(&mut gate).await;
        to.write_all(&answer).await?;
    }
}

async fn pass(gate: &mut watch::Receiver<Gate>) {
    gate.wait_for(|gate| *gate != Gate::Stalled).await.expect("it is there");
}

/// One whole message, with its head.
async fn message(from: &mut OwnedReadHalf, typed: bool) -> io::Result<Vec<u8>> {
    let mut message = vec![0; if typed { 5 } else { 4 }];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[message.len() - 4..].try_into().expect("four"));
    let rest = usize::try_from(length).expect("it fits").checked_sub(4).expect("a length counts itself");
    let head = message.len();
    message.resize(head + rest, 0);
    from.read_exact(&mut message[head..]).await?;
    Ok(message)
}
