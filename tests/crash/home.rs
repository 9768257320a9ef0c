//! A data folder, and the servers that are started on it one after the other.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Mutex,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use super::LONG;
use crate::support::{
    fake_ses::FakeSes,
    http::{self, Answer},
    site::Site,
    wait::until,
};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

pub const KEY: &str = "crash-suite-key-0123456789abcdefghij";

/// A data folder and the SES its servers send to.
pub struct Home {
    folder: tempfile::TempDir,
    pub ses: FakeSes,
    /// Where the server of the moment listens.
    address: Mutex<Option<SocketAddr>>,
    /// Set for every server started from now on.
    pub env: Mutex<HashMap<String, String>>,
}

impl Home {
    pub fn new(rate: Option<f64>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("data")).expect("a folder");
        Self { folder, ses: FakeSes::start(rate), address: Mutex::default(), env: Mutex::default() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }
    pub fn database(&self) -> PathBuf {
        self.data().join("jebi.db")
    }

    pub fn set(&self, name: &str, value: impl Into<String>) {
        self.env.lock().expect("not poisoned").insert(name.into(), value.into());
    }

    /// Starts a server and waits until it listens.
    #[track_caller]
    pub fn start(&self) -> Server<'_> {
        self.start_with(&[]).unwrap_or_else(|status| panic!("the server ended with {status}:\n{}", self.log()))
    }

    /// Starts a server that ends itself at a crash point; how it ended where that was before it listened.
    pub fn start_with(&self, env: &[(&str, &str)]) -> Result<Server<'_>, ExitStatus> {
        let log = File::options().create(true).append(true).open(self.path().join("log")).expect("a log");
        let mut command = self.command();
        command.envs(env.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the binary runs");
        let (tell, told) = mpsc::channel();
        let out = child.stdout.take().expect("piped");
        thread::spawn(move || read_address(BufReader::new(out), &tell));
        let mut server = Server { home: self, child };
        match told.recv_timeout(LONG) {
            Ok(address) => {
                *self.address.lock().expect("not poisoned") = Some(address);
                Ok(server)
            }
            // It closed its output.
            Err(_) => Err(server.ended(LONG)),
        }
    }

    /// The binary with its configuration.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jebi"));
        command
            .current_dir(self.path())
            .env_clear()
            .envs([
                ("PROVIDER", "ses"),
                ("AWS_SES_FROM_EMAIL", "from@example.com"),
                ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
                ("AWS_SECRET_ACCESS_KEY", "crash/suite/secret"),
                ("AWS_REGION", "ap-northeast-2"),
                ("JEBI_API_KEY", KEY),
                ("SERVER_PORT", "0"),
                // The disk of a test machine is its own business.
                ("JEBI_DISK_FLOOR_BYTES", "0"),
                ("JEBI_DISK_FLOOR_PERCENT", "0"),
            ])
            .env("AWS_ENDPOINT_URL_SESV2", self.ses.url())
            .env("DATABASE_URL", format!("sqlite://{}", self.database().display()))
            .envs(&*self.env.lock().expect("not poisoned"));
        command
    }

    /// Where the server of the moment listens.
    pub fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().expect("not poisoned")
    }

    /// Addresses whose copy was under a lease without an outcome when the last server ended. Looks at a copy of the files, so that
    /// the next server finds them as they were left.
    pub fn leased(&self) -> BTreeSet<String> {
        let copy = tempfile::tempdir().expect("a folder");
        for name in ["jebi.db", "jebi.db-wal"] {
            let from = self.data().join(name);
            if from.exists() {
                fs::copy(from, copy.path().join(name)).expect("copied");
            }
        }
        let db = Connection::open(copy.path().join("jebi.db")).expect("it opens");
        let text = "SELECT d.email FROM lease l JOIN delivery d
            ON d.key BETWEEN l.message << 24 | l.first AND l.message << 24 | (l.first + l.count - 1)
            WHERE d.attempt + 1 = l.attempt";
        // Killed before there was a table.
        let Ok(mut found) = db.prepare(text) else { return BTreeSet::new() };
        let found = found.query_map([], |r| r.get(0)).expect("read").collect::<Result<_, _>>();
        found.expect("addresses")
    }
}

impl Site for Home {
    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer> {
        let address = self.address().ok_or(std::io::ErrorKind::NotConnected)?;
        let headers: Vec<_> = [("x-api-key", KEY)].iter().chain(headers).copied().collect();
        http::call(address, method, path, &headers, body)
    }

    fn jebi(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the binary runs")
    }

    fn ses(&self) -> &FakeSes {
        &self.ses
    }

    fn log(&self) -> String {
        let text = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|l| !l.contains("effective configuration")).collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// Tells the address in the greeting.
pub fn read_address(mut out: impl BufRead, tell: &Sender<SocketAddr>) {
    let mut line = String::new();
    while out.read_line(&mut line).is_ok_and(|n| n > 0) {
        if let Some(url) = line.trim().strip_prefix("Jebi is ready: http://") {
            // The test may have given up.
            let _ = tell.send(url.parse().expect("an address"));
        }
        line.clear();
    }
}

/// A running server; killed when dropped.
pub struct Server<'a> {
    home: &'a Home,
    child: Child,
}

impl Server<'_> {
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it runs");
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended(LONG);
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(&mut self, time: Duration) -> ExitStatus {
        let status = until("the server's end", time, || self.child.try_wait().expect("it can be waited for"));
        *self.home.address.lock().expect("not poisoned") = None;
        status
    }

    /// Stops it softly, which must end well.
    #[track_caller]
    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.ended(LONG);
        assert_eq!(status.code(), Some(0), "{}", self.home.log());
    }
}

impl Drop for Server<'_> {
    #[expect(clippy::print_stderr, reason = "what a failed test needs to be understood")]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the server's log:\n{}", self.home.log());
        }
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
