//! The real binary as a process: a server with its working directory, and commands beside it.
//!
//! A process cannot be handed a clock, so what has to be waited for here is looked at again and again, up to a limit.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    thread,
    time::Duration,
};

use jebi::{system::SystemClock, words::Language};
use jebi_domain::port::Clock;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(20);

/// The binary, in a working directory and with no environment but this.
pub fn jebi(dir: &Path, env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jebi"));
    command.current_dir(dir).env_clear().stdin(Stdio::null());
    // The machine that runs the tests may have little room.
    command.envs([("JEBI_DISK_FLOOR_BYTES", "0"), ("JEBI_DISK_FLOOR_PERCENT", "0")]).envs(env.iter().copied());
    command
}

/// Runs a command to its end.
pub fn run(dir: &Path, env: &[(&str, &str)], arguments: &[&str]) -> Ran {
    Ran::from(jebi(dir, env).args(arguments).output().expect("the binary starts"))
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(o: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: o.status.code().unwrap_or(-1), out: text(o.stdout), err: text(o.stderr) }
    }
}

/// A running server; killed when dropped.
pub struct Server {
    pub url: String,
    /// The first key, where this start made one.
    pub key: Option<String>,
    pub pid: Pid,
    /// What it printed when it was ready.
    pub greeting: String,
    child: Child,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `jebi serve --port 0` and waits until it is ready. Its log goes to `log` in the directory.
    pub fn start(dir: &Path, env: &[(&str, &str)]) -> Self {
        let log = dir.join("log");
        let mut command = jebi(dir, env);
        command.args(["serve", "--port", "0"]).stdout(Stdio::piped()).stderr(File::create(&log).expect("a log"));
        let mut child = command.spawn().expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let greeting = read_greeting(&mut stdout);
        if greeting.is_empty() {
            let ended = child.wait();
            panic!("it did not get ready ({ended:?}): {}", std::fs::read_to_string(log).unwrap_or_default());
        }
        let after = |english: &str| {
            let marks = [english.into(), Language::Korean.say(english)];
            marks.iter().find_map(|mark| greeting.lines().find_map(|line| line.strip_prefix(&**mark))).map(str::to_owned)
        };
        Self {
            url: after("Jebi is ready: ").expect("the greeting says where"),
            key: after("API key (shown once, keep it): "),
            pid: Pid::from_child(&child),
            greeting,
            child,
            _stdout: stdout,
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the process is there");
    }

    /// The most memory it ever had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid.as_raw_nonzero())).expect("Linux tells it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Waits until it has ended, and says how and after what time.
    pub fn ended(&mut self) -> (ExitStatus, Duration) {
        let begun = SystemClock.boot();
        let status = until("the server ends", || self.child.try_wait().expect("it is our child"));
        (status, SystemClock.boot().since(begun))
    }

    /// Asks it over TCP; with its first key where it has one.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).expect("it listens");
        let key = self.key.as_deref().unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\nX-API-KEY: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    /// What a path shows.
    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, "").1
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be killed; what matters is that none stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From "Jebi is ready" to the empty line; nothing if it ends before.
fn read_greeting(stdout: &mut BufReader<ChildStdout>) -> String {
    let lines = stdout.lines().map(|line| line.expect("it prints text"));
    lines.skip_while(String::is_empty).take_while(|line| !line.is_empty()).fold(String::new(), |all, line| all + &line + "\n")
}

/// Looks until there is something.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = SystemClock.boot();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(SystemClock.boot().since(begun) < LIMIT, "waited {LIMIT:?} in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
