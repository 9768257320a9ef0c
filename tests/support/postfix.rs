//! A Postfix of its own: on free ports, with its own queue, delivering to folders. Postfix needs root, and its own two users.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::{
    test_ca::{ServerCert, TestCa},
    wait::until,
};

pub const LONG: Duration = Duration::from_secs(60);

/// One running Postfix; stopped when dropped.
pub struct Postfix {
    folder: tempfile::TempDir,
    process: Child,
    /// Offers STARTTLS where it has a certificate.
    pub port: u16,
    /// TLS from the first byte.
    pub implicit_port: u16,
}

impl Postfix {
    /// Starts one that takes mail for `example.com`; `gone@` does not exist there, `later@` is greylisted, `bounced@` and `full@` are taken and
    /// bounced by mail to the sender, and a transaction takes three recipients. Serves TLS with the certificate.
    pub fn start(ca: &TestCa, certificate: &ServerCert) -> Self {
        Self::taking(ca, certificate, 200_000)
    }

    /// The same for mails of so many bytes at most.
    pub fn taking(ca: &TestCa, certificate: &ServerCert, most: u64) -> Self {
        assert!(geteuid().is_root(), "a private Postfix needs root: run the tests as root, or in a container");
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        open_to_all(root);
        for part in ["etc", "queue", "data", "mail"] {
            fs::create_dir(root.join(part)).expect("a folder");
        }
        let (uid, gid) = user("postfix");
        for part in ["data", "mail"] {
            std::os::unix::fs::chown(root.join(part), Some(uid), Some(gid)).expect("root may");
        }
        let (cert, key) = certificate.files(ca.folder());
        let [port, implicit_port] = free_ports();
        fs::write(root.join("etc/main.cf"), main_cf(root, (uid, gid), &cert, &key, most)).expect("a file");
        fs::write(root.join("etc/master.cf"), master_cf(port, implicit_port)).expect("a file");
        let process = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(root.join("etc"))
            .arg("start-fg")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("/usr/sbin/postfix does not run: {e}; run scripts/test, which installs it"));
        let postfix = Self { folder, process, port, implicit_port };
        until("Postfix", LONG, || postfix.log().contains("daemon started").then_some(()));
        postfix
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits for so many mails, and gives them as they were delivered.
    #[track_caller]
    pub fn mails(&self, count: usize) -> Vec<Vec<u8>> {
        let new = self.folder.path().join("mail/all/new");
        let read = || -> Vec<PathBuf> { fs::read_dir(&new).into_iter().flatten().map(|e| e.expect("an entry").path()).collect() };
        let mut files = until("delivered mail", LONG, || Some(read()).filter(|all| all.len() >= count));
        files.sort();
        files.iter().map(|file| fs::read(file).expect("a mail")).collect()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let pid = fs::read_to_string(self.folder.path().join("queue/pid/master.pid")).ok().and_then(|pid| pid.trim().parse().ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.process.wait();
    }
}

/// Postfix's own users look into the folder.
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("ours");
}

fn user(name: &str) -> (u32, u32) {
    let all = fs::read_to_string("/etc/passwd").expect("users");
    let line = all.lines().find(|line| line.split(':').next() == Some(name)).unwrap_or_else(|| panic!("there is no user {name}"));
    let part = |i: usize| line.split(':').nth(i).and_then(|id| id.parse().ok()).expect("a number");
    (part(2), part(3))
}

/// Ports nobody listens on at the moment.
fn free_ports() -> [u16; 2] {
    let held: [TcpListener; 2] = std::array::from_fn(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port"));
    held.map(|listener| listener.local_addr().expect("bound").port())
}

fn main_cf(root: &Path, (uid, gid): (u32, u32), cert: &Path, key: &Path, most: u64) -> String {
    let (root, cert, key) = (root.display(), cert.display(), key.display());
    format!(
        "compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/log
maillog_file_prefixes = {root}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.com
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.com
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
message_size_limit = {most}
smtpd_recipient_limit = 3
virtual_alias_maps = inline:{{
    {{bounced@example.com = gone@later.invalid}}, {{full@example.com = full@later.invalid}} }}
transport_maps = inline:{{
    {{gone@later.invalid = error:5.1.1 user unknown}}, {{full@later.invalid = error:5.2.2 mailbox full}} }}
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
    check_recipient_access inline:{{
        {{gone@example.com = 550 5.1.1 no such user here}}, {{later@example.com = 450 4.7.1 greylisted}} }},
    reject_unauth_destination
"
    )
}

fn master_cf(port: u16, implicit_port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{implicit_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"
    )
}
