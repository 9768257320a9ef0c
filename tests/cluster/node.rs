//! The database, the SES, and the nodes between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::BufReader,
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::LONG;
use crate::{
    crash::home::{KEY, read_address},
    support::{
        fake_ses::FakeSes,
        http::{self, Answer},
        postgres::{Database, Postgres},
        site::Site,
        wait::until,
    },
};

/// A database and whom its nodes send to.
pub struct Cluster {
    folder: tempfile::TempDir,
    pub database: Database,
    pub ses: FakeSes,
    /// Set for every node started from now on.
    env: Mutex<BTreeMap<String, String>>,
    /// Nodes that are to be asked, and where they listen.
    open: Mutex<Vec<(String, SocketAddr)>>,
    asked: AtomicUsize,
}

/// A running node; killed when dropped.
pub struct Node<'a> {
    cluster: &'a Cluster,
    pub name: String,
    pub address: SocketAddr,
    child: Child,
}

impl Cluster {
    /// On a database of its own on the server all tests share.
    pub fn new() -> Self {
        Self::over(Postgres::shared().database(), None)
    }

    /// `rate` as the account tells it.
    pub fn over(database: Database, rate: Option<f64>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cluster =
            Self { folder, ses: FakeSes::start(rate), env: Mutex::default(), open: Mutex::default(), asked: AtomicUsize::new(0), database };
        cluster.set("DATABASE_URL", cluster.database.url());
        cluster
    }

    pub fn set(&self, name: &str, value: impl Into<String>) {
        held(&self.env).insert(name.into(), value.into());
    }

    /// A folder for a test's own files.
    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts a node and waits until it listens.
    #[track_caller]
    pub fn node(&self, name: &str) -> Node<'_> {
        self.node_at(name, &self.database.url())
    }

    /// The same, with its own way to the database.
    #[track_caller]
    pub fn node_at(&self, name: &str, url: &str) -> Node<'_> {
        self.start(name, &[("DATABASE_URL", url)]).unwrap_or_else(|status| panic!("{name} ended with {status}:\n{}", self.log()))
    }

    /// How it ended, where that was before it listened.
    pub fn start(&self, name: &str, env: &[(&str, &str)]) -> Result<Node<'_>, ExitStatus> {
        let log = File::options().create(true).append(true).open(self.path().join(format!("{name}.log"))).expect("a log");
        let mut command = self.command(name);
        let mut child =
            command.envs(env.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("the binary runs");
        let (tell, told) = mpsc::channel();
        let out = child.stdout.take().expect("piped");
        thread::spawn(move || read_address(BufReader::new(out), &tell));
        match told.recv_timeout(LONG) {
            Ok(address) => {
                held(&self.open).push((name.into(), address));
                Ok(Node { cluster: self, name: name.into(), address, child })
            }
            Err(_) => Err(ended(&mut child, LONG)),
        }
    }

    fn command(&self, name: &str) -> Command {
        let data = self.path().join(name);
        fs::create_dir_all(&data).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_jebi"));
        command.current_dir(&data).env_clear().envs([
            ("PROVIDER", "ses"),
            ("AWS_SES_FROM_EMAIL", "from@example.com"),
            // The fake SES sees by it who sends.
            ("AWS_ACCESS_KEY_ID", name),
            ("AWS_SECRET_ACCESS_KEY", "cluster/suite/secret"),
            ("AWS_REGION", "ap-northeast-2"),
            ("JEBI_API_KEY", KEY),
            ("SERVER_PORT", "0"),
            ("JEBI_NODE", name),
        ]);
        command.env("AWS_ENDPOINT_URL_SESV2", self.ses.url()).env("JEBI_DATA_DIR", &data).envs(&*held(&self.env));
        command
    }

    /// What a node logged.
    pub fn log_of(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(format!("{name}.log"))).unwrap_or_default()
    }

    /// Takes an incarnation that does not beat for dead now, as its fifteenth second would: the others take its leases over.
    /// Returns whose copies those were.
    pub fn bury(&self, incarnation: i64) -> BTreeSet<String> {
        let leased = self.leased(incarnation);
        self.database.sql(&format!("UPDATE incarnation SET beat_at = beat_at - 20000 WHERE no = {incarnation}"));
        leased
    }

    /// Whose copies lie under an incarnation's leases without an outcome.
    pub fn leased(&self, incarnation: i64) -> BTreeSet<String> {
        let rows = self.database.sql(&format!(
            "SELECT d.email FROM lease l JOIN delivery d
                ON d.key BETWEEN (l.message << 24) + l.first AND (l.message << 24) + l.first + l.count - 1
            WHERE l.incarnation = {incarnation} AND d.attempt + 1 = l.attempt"
        ));
        rows.into_iter().map(|mut row| row.remove(0).expect("an address")).collect()
    }

    /// One number from the database.
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.database.sql(sql);
        rows[0][0].as_deref().expect("a value").parse().expect("a number")
    }

    /// What nodes sent, by their names.
    pub fn sent_by(&self, name: &str) -> usize {
        self.ses.arrivals().iter().filter(|arrival| arrival.by == name).count()
    }
}

impl Site for Cluster {
    /// The nodes that listen in turn, as a load balancer would.
    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer> {
        let open = held(&self.open).clone();
        let next = self.asked.fetch_add(1, Ordering::Relaxed);
        let (_, address) = open.get(next % open.len().max(1)).ok_or(std::io::ErrorKind::NotConnected)?;
        let headers: Vec<_> = [("x-api-key", KEY)].iter().chain(headers).copied().collect();
        http::call(*address, method, path, &headers, body)
    }

    /// Beside a node that runs, through its control socket.
    fn jebi(&self, arguments: &[&str]) -> Output {
        let beside = held(&self.open).first().map(|(name, _)| name.clone());
        self.command(beside.as_deref().unwrap_or("operator")).args(arguments).output().expect("the binary runs")
    }

    fn ses(&self) -> &FakeSes {
        &self.ses
    }

    fn log(&self) -> String {
        let mut all = String::new();
        for entry in fs::read_dir(self.path()).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.extension().is_some_and(|e| e == "log") {
                let text = fs::read_to_string(&entry).expect("text");
                let lines: Vec<&str> =
                    text.lines().filter(|line| line.starts_with("20") && !line.contains("effective configuration")).collect();
                let last = lines[lines.len().saturating_sub(25)..].join("\n");
                all += &format!("-- {}\n{last}\n", entry.display());
            }
        }
        all
    }
}

impl Node<'_> {
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// A request to this node.
    pub fn call(&self, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
        http::call(self.address, method, path, &[("x-api-key", KEY)], body.as_bytes())
    }

    /// A GET that must work.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, "").unwrap_or_else(|e| panic!("{path}: {e}\n{}", self.cluster.log()));
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Whether `/ready` is green.
    pub fn is_ready(&self) -> bool {
        self.call("GET", "/ready", "").is_ok_and(|answer| answer.status == 200)
    }

    #[track_caller]
    pub fn ready(&self) {
        until("a green /ready", LONG, || self.is_ready().then_some(()));
    }

    /// Its latest incarnation.
    pub fn incarnation(&self) -> i64 {
        self.cluster.number(&format!("SELECT max(no) FROM incarnation WHERE name = '{}'", self.name))
    }

    /// Asked no more by whoever asks the cluster.
    pub fn leave(&self) {
        held(&self.cluster.open).retain(|(_, address)| *address != self.address);
    }

    /// Ends it as a power cut would. Returns its incarnation, when none of its connections is left.
    pub fn kill(mut self) -> i64 {
        let incarnation = self.incarnation();
        self.signal(Signal::KILL);
        ended(&mut self.child, LONG);
        self.leave();
        let left = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jebi {}'", self.name);
        until("the end of its connections", LONG, || (self.cluster.number(&left) == 0).then_some(()));
        incarnation
    }

    /// Stops it softly, which must end well.
    #[track_caller]
    pub fn stop(mut self) {
        self.leave();
        self.signal(Signal::TERM);
        let status = ended(&mut self.child, LONG);
        assert_eq!(status.code(), Some(0), "{}", self.cluster.log());
    }
}

impl Drop for Node<'_> {
    #[expect(clippy::print_stderr, reason = "what a failed test needs to be understood")]
    fn drop(&mut self) {
        self.leave();
        if thread::panicking() {
            eprintln!("{}", self.cluster.log());
        }
        // It may have ended already; one that is frozen ends too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ended(child: &mut Child, time: Duration) -> ExitStatus {
    until("the node's end", time, || child.try_wait().expect("it can be waited for"))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
