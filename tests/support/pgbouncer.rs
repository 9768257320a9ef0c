//! A PgBouncer in transaction mode of its own, before a PostgreSQL of the tests.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    postgres::{ADMIN, owner},
    wait::until,
};

const LONG: Duration = Duration::from_secs(60);

/// A running one; killed when dropped.
pub struct PgBouncer {
    pub port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl PgBouncer {
    /// Lends at most so many connections of the server at this port.
    pub fn before(server: u16, connections: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).expect("a free port").port();
        let conf = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server} user={ADMIN}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 300\nserver_login_retry = 1\n"
        );
        fs::write(&conf, text).expect("written");
        let mut command = Command::new(program());
        // It refuses to run as root, as the server does.
        if let Some((user, group)) = owner() {
            for path in [folder.path(), &conf] {
                chown(path, Some(user), Some(group)).expect("root may");
            }
            command.uid(user).gid(group);
        }
        command.arg("-q").arg(&conf).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("PgBouncer runs");
        until("PgBouncer", LONG, || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { port, process, _folder: folder }
    }

    /// An address of the server, through here.
    pub fn through(&self, server: u16, url: &str) -> String {
        url.replace(&format!(":{server}/"), &format!(":{}/", self.port))
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> &'static Path {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
    let found = places.into_iter().map(Path::new).find(|path| path.exists());
    found.expect("the tests need PgBouncer: run scripts/test, which installs it (Debian, Ubuntu: apt-get install pgbouncer)")
}
