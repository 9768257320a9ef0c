//! PostgreSQL of our own: one server for all tests of this process, started by the first that asks, and servers of a test's own. Each
//! test has a database to itself.
//!
//! A shell stands between this process and the server: it starts and ends it when told so through a pipe, and when the pipe closes,
//! which the end of this process does however it comes, it kills the server and removes the folder. It has a process group of its own,
//! so that a Ctrl-C at the terminal reaches this process alone.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::process::geteuid;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::{
    test_ca::{ServerCert, TestCa},
    wait::until,
};

/// Who owns everything there.
pub const ADMIN: &str = "jebi_test";
/// Members of this role need their password over TCP; nobody else does.
pub const LOCKED: &str = "locked";
const LONG: Duration = Duration::from_secs(60);
/// Free space in memory below which the folder is on the disk.
const ROOM: u64 = 2 << 30;
const HELP: &str =
    "the tests need PostgreSQL 14 or newer: run scripts/test, which installs it (Debian, Ubuntu: apt-get install postgresql)";

/// Lines of `postgresql.conf`. Durable by its own words, as we ask of every server, and quick, for it lies in memory.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = 64MB
max_wal_size = 512MB
wal_level = replica
max_wal_senders = 4
autovacuum_naptime = 5s
log_min_messages = warning
logging_collector = off
timezone = 'Asia/Seoul'
";

/// Who gets in, the first line that fits.
const ACCESS: &str = "local all all trust
local replication all trust
host all +locked 127.0.0.1/32 scram-sha-256
host all barred 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
";

/// Words from the pipe; each is answered with `done`. A signal at the terminal is not for it, nor for the server.
const KEEPER: &str = r#"trap '' HUP INT TERM
server=
begin() { "$1" -D "$2/data" >>"$2/log" 2>&1 </dev/null & server=$!; }
end() { if [ -n "$server" ]; then kill -"$1" "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=; fi; }
while read -r word; do
    case $word in
        start) begin "$1" "$2" ;;
        stop) end INT ;;
        crash) end QUIT ;;
    esac
    echo done
done
end QUIT
rm -rf "$2"
"#;

/// A server; ended and removed when the last clone of it is dropped.
#[derive(Clone)]
pub struct Postgres(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    port: u16,
    keeper: Mutex<Keeper>,
    /// Templates that are there.
    templates: Mutex<BTreeMap<String, ()>>,
    databases: AtomicU32,
}

struct Keeper {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    up: bool,
}

/// A database; removed when dropped.
pub struct Database {
    server: Postgres,
    pub name: String,
}

impl Postgres {
    /// The one all tests of this process share. Nobody stops it.
    pub fn shared() -> Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("")).clone()
    }

    /// One of the caller's own, with further lines of `postgresql.conf`.
    pub fn start(settings: &str) -> Self {
        let folder = own_folder();
        let data = folder.join("data");
        run(command(&program("initdb"))
            .args(["--username", ADMIN, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"])
            .arg(&data));
        let server = Self::over(folder, settings);
        server.sql(&format!("CREATE ROLE {LOCKED}"));
        server
    }

    /// One that speaks TLS, with a certificate of this authority.
    pub fn start_with_tls(ca: &TestCa, certificate: &ServerCert) -> Self {
        let (cert, key) = certificate.files(ca.folder());
        let folder = own_folder();
        // Only the server's own user may be able to read the key.
        for (from, to) in [(cert, "server.pem"), (key, "server.key")] {
            let to = folder.join(to);
            fs::copy(from, &to).expect("copied");
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("ours");
            give(&to);
        }
        let data = folder.join("data");
        run(command(&program("initdb"))
            .args(["--username", ADMIN, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"])
            .arg(&data));
        let (cert, key) = (folder.join("server.pem"), folder.join("server.key"));
        Self::over(folder, &format!("ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n", cert.display(), key.display()))
    }

    /// A replica of this one, which takes no writes.
    pub fn replica(&self) -> Self {
        let folder = own_folder();
        let data = folder.join("data");
        let mut copy = command(&program("pg_basebackup"));
        copy.args(["--username", ADMIN, "--checkpoint", "fast", "--write-recovery-conf", "--no-sync", "--port"])
            .arg(self.0.port.to_string());
        run(copy.arg("--host").arg(&self.0.folder).arg("--pgdata").arg(&data));
        Self::over(folder, "")
    }

    /// Starts a server over a folder that has its data.
    fn over(folder: PathBuf, settings: &str) -> Self {
        fs::write(folder.join("data/pg_hba.conf"), ACCESS).expect("written");
        give(&folder.join("data/pg_hba.conf"));
        let port = free_port();
        let conf = folder.join("data/postgresql.conf");
        let mut text = SETTINGS.to_owned();
        write!(text, "port = {port}\nunix_socket_directories = '{}'\n{settings}", folder.display()).expect("in memory");
        fs::write(&conf, text).expect("written");
        give(&conf);
        let mut keeper = command(Path::new("/bin/sh"));
        keeper.args(["-c", KEEPER, "keeper"]).arg(program("postgres")).arg(&folder);
        let mut process =
            keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell");
        let (orders, answers) = (process.stdin.take(), BufReader::new(process.stdout.take().expect("piped")));
        let keeper = Mutex::new(Keeper { process, orders, answers, up: false });
        let server = Self(Arc::new(Inner { folder, port, keeper, templates: Mutex::default(), databases: AtomicU32::new(0) }));
        server.begin();
        server
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The folder of its Unix socket.
    pub fn socket(&self) -> &Path {
        &self.0.folder
    }

    /// One of the programs it came with.
    pub fn tool(&self, name: &str) -> PathBuf {
        program(name)
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.0.folder.join("log")).unwrap_or_default()
    }

    /// The address of one of its databases, as its administrator.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://{ADMIN}@127.0.0.1:{}/{database}", self.port())
    }

    /// An empty database.
    pub fn database(&self) -> Database {
        self.copy_of("template0")
    }

    /// A copy of a template, which is made by `fill` (it gets its address) when it is asked for first. `fill` leaves no connection open.
    pub fn database_like(&self, template: &str, fill: impl FnOnce(&str)) -> Database {
        let mut templates = held(&self.0.templates);
        if !templates.contains_key(template) {
            self.sql(&format!("CREATE DATABASE \"{template}\" TEMPLATE template0"));
            fill(&self.url_of(template));
            templates.insert(template.to_owned(), ());
        }
        drop(templates);
        self.copy_of(template)
    }

    fn copy_of(&self, template: &str) -> Database {
        let name = format!("test_{}", self.0.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""));
        Database { server: self.clone(), name }
    }

    /// Runs statements on its database `postgres`, as its administrator: the rows, each value as text.
    pub fn sql(&self, text: &str) -> Vec<Vec<Option<String>>> {
        self.sql_in("postgres", text)
    }

    /// The same in another one of its databases.
    pub fn sql_in(&self, database: &str, text: &str) -> Vec<Vec<Option<String>>> {
        self.try_sql(database, text).unwrap_or_else(|e| panic!("{text}: {e:?}"))
    }

    /// In a thread of its own, for the caller may be within a runtime.
    fn try_sql(&self, database: &str, text: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
        let mut config = Config::new();
        config.host_path(self.socket()).port(self.port()).user(ADMIN).dbname(database);
        let work = async {
            let (client, connection) = config.connect(NoTls).await?;
            let driven = tokio::spawn(connection);
            let messages = client.simple_query(text).await?;
            drop(client);
            driven.await.expect("it does not panic")?;
            let row = |message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
                _ => None,
            };
            Ok(messages.into_iter().filter_map(row).collect())
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        thread::scope(|scope| scope.spawn(|| runtime().block_on(work)).join().expect("it does not panic"))
    }

    /// Starts it again after a stop; returns when it answers.
    pub fn begin(&self) {
        {
            let mut keeper = held(&self.0.keeper);
            assert!(!keeper.up, "it runs");
            keeper.tell("start");
            keeper.up = true;
        }
        let answers =
            || self.try_sql("postgres", "SELECT 1").ok().or_else(|| self.ended().then(|| panic!("it did not start: {}", self.log())));
        until("PostgreSQL", LONG, answers);
    }

    /// Whether it gave up by itself while it started.
    fn ended(&self) -> bool {
        self.log().contains("database system is shut down")
            || self.log().contains("FATAL:  could not")
            || self.log().contains("invalid value")
    }

    /// Ends it: running transactions are undone, connections are closed. Returns when it has ended.
    pub fn stop(&self) {
        self.end("stop");
    }

    /// Ends it as a crash would: the next start recovers from the log.
    pub fn crash(&self) {
        self.end("crash");
    }

    /// Both.
    pub fn restart(&self) {
        self.stop();
        self.begin();
    }

    fn end(&self, word: &str) {
        let mut keeper = held(&self.0.keeper);
        assert!(keeper.up, "it does not run");
        keeper.up = false;
        keeper.tell(word);
        // What a look at the log for a failed start must not find.
        drop(fs::write(self.0.folder.join("log"), ""));
    }
}

impl Database {
    /// Its address, as its owner.
    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    pub fn server(&self) -> &Postgres {
        &self.server
    }

    /// Runs statements in it: the rows, each value as text.
    pub fn sql(&self, text: &str) -> Vec<Vec<Option<String>>> {
        self.server.sql_in(&self.name, text)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // It goes with its server where that does not run any more.
        if held(&self.server.0.keeper).up {
            drop(self.server.try_sql("postgres", &format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name)));
        }
    }
}

impl Keeper {
    fn tell(&mut self, word: &str) {
        let orders = self.orders.as_mut().expect("it is open until the end");
        writeln!(orders, "{word}").expect("the keeper listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the keeper answers");
        assert_eq!(answer, "done\n");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The end of the pipe is the order to clean up.
        self.orders = None;
        drop(self.process.wait());
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A short path, for a socket's may have 107 bytes; in memory where there is room. The keeper removes it.
fn own_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let roomy = rustix::fs::statvfs(memory).is_ok_and(|disk| disk.f_bavail * disk.f_frsize > ROOM);
    let mut named = tempfile::Builder::new();
    named.prefix("jebi-pg-");
    let folder = if roomy { named.tempdir_in(memory) } else { named.tempdir() }.expect("a folder").keep();
    give(&folder);
    folder
}

/// The server refuses to run as root: then everything is of this user's.
pub fn owner() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let all = fs::read_to_string("/etc/passwd").expect("users");
    let of = |name: &str| {
        let line = all.lines().find(|line| line.split(':').next() == Some(name))?;
        let part = |i: usize| line.split(':').nth(i)?.parse().ok();
        Some((part(2)?, part(3)?))
    };
    Some(of("postgres").or_else(|| of("nobody")).expect("a user postgres or nobody, for PostgreSQL does not run as root"))
}

fn give(path: &Path) {
    if let Some((user, group)) = owner() {
        chown(path, Some(user), Some(group)).expect("root may");
    }
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/");
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

fn run(command: &mut Command) {
    let ran = command.output().expect("it runs");
    assert!(ran.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
}

/// A program of the newest PostgreSQL there is: Debian keeps each version's in a folder of its own, outside the PATH.
fn program(name: &str) -> PathBuf {
    let version = |folder: &PathBuf| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.filter(|folder| folder.join("bin/postgres").exists()).max_by_key(version);
    let places = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    let found = newest.map(|folder| folder.join("bin")).into_iter().chain(places).map(|place| place.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("there is no {name}; {HELP}"))
}

/// One below those the system gives to connections going out, so that a server that is stopped for a while finds its own again.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    let free = |_| {
        let port = 10_000 + u16::try_from(first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000).expect("a small number");
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    };
    (0..1_000).find_map(free).expect("a free port")
}
