//! From a name to a connection that is logged in: look-up, TCP, greeting, EHLO, STARTTLS, AUTH. Nothing of any mail is written.

use std::{net::SocketAddr, sync::atomic::Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jebi_domain::{
    outcome::{Outcome, Reason},
    smtp::Reply,
};
use rustls::pki_types::ServerName;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, EXT_8BIT_MIME, EXT_AUTH, EXT_PIPELINING, EXT_SIZE, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse};
use tokio::net::TcpStream;

use super::{
    Shared,
    config::{Login, Tls, is_full_name},
    connection::{Break, Connection, Features},
    error::{Phase, judge},
    stream::Stream,
    timer::Timer,
    tls,
    wire::Wire,
};

const NO_STARTTLS: &str = "the server offers no STARTTLS here: use the port for implicit TLS (SMTP_TLS=implicit, port 465), or ask who runs \
                           it; without TLS no login and no mail is sent; mail waits until then";
const INJECTED: &str = "somebody between this machine and the server may be meddling with the connection: use implicit TLS (SMTP_TLS=implicit, \
                        port 465), and ask who runs the server; mail waits until then";
const NO_AUTH: &str = "the server offers no login here: check port and TLS mode (many offer it only with TLS), or leave SMTP_USER and \
                       SMTP_PASS out; mail waits until then";
const OTHER_AUTH: &str = "the server takes none of the logins PLAIN and LOGIN: it may want OAuth2, or an account setting that allows a \
                          password; mail waits until then";
const UNREACHABLE: &str = "check SMTP_HOST and SMTP_PORT, and that firewalls let this machine reach the server";
const UNKNOWN_NAME: &str = "check SMTP_HOST, and this machine's name resolution";
const SILENT: &str = "nothing to do if it passes; if it stays, check the port: one for implicit TLS (465) says nothing until TLS begins \
                      (SMTP_TLS=implicit)";

/// Opens a connection.
///
/// # Errors
/// The outcome any mail would have had; never `Unknown`.
pub(super) async fn open(shared: &Shared) -> Result<Connection, Outcome> {
    let config = &shared.config;
    // Without a time limit: calls are bounded like connections, so one is idle or comes free. Only the trial of a circuit may be a call
    // more, and waits for those that hang.
    let place = shared.places.take().await;
    let mut timer = Timer::default();
    let connecting = connect(&config.host, config.port);
    let tcp = match timer.within(&*shared.clock, config.timeouts.connect, connecting).await {
        Ok(tcp) => tcp?,
        Err(late) => return Err(unreachable(shared, &format!("not established within {} ms", late.0.as_millis()))),
    };
    let us = tcp.local_addr().map_err(|e| unreachable(shared, &e.to_string()))?;
    let stream = if config.tls == Tls::Implicit { secure(shared, tcp, &mut timer).await? } else { Stream::Plain(tcp) };
    let mut session = Session { shared, us, connection: Connection::new(Wire::new(stream), shared.clock.boot(), place) };
    session.greeting().await?;
    let mut offered = session.hello().await?;
    if config.tls == Tls::Starttls {
        session = session.starttls(&offered).await?;
        // What was offered in the clear may have been anybody's words (RFC 3207 section 4.2).
        offered = session.hello().await?;
    }
    if let Some(login) = &config.login {
        session.login(login, &offered).await?;
    }
    let has = |extension: u32| offered.capabilities & extension != 0;
    session.connection.features = Features {
        pipelining: has(EXT_PIPELINING),
        eight_bit: has(EXT_8BIT_MIME),
        utf8: has(EXT_SMTP_UTF8),
        size: has(EXT_SIZE).then_some(offered.size),
    };
    let most = session.connection.features.size.unwrap_or(0);
    shared.max_size.store(u64::try_from(most).unwrap_or(u64::MAX), Ordering::Relaxed);
    Ok(session.connection)
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, Outcome> {
    let unknown = |why: &str| Outcome::Transient { reason: Reason::new("dns", format!("`{host}` was not found: {why}"), UNKNOWN_NAME) };
    let mut last = None;
    for address in tokio::net::lookup_host((host, port)).await.map_err(|e| unknown(&e.to_string()))? {
        match TcpStream::connect(address).await {
            // Without it the last piece of a mail waits for an acknowledgement (Nagle and delayed ACK: 40 ms).
            Ok(tcp) => match tcp.set_nodelay(true) {
                Ok(()) => return Ok(tcp),
                Err(e) => last = Some(e),
            },
            Err(e) => last = Some(e),
        }
    }
    Err(match last {
        Some(e) => Outcome::Transient { reason: Reason::new("connect", format!("no connection to {host}:{port}: {e}"), UNREACHABLE) },
        None => unknown("the name has no address"),
    })
}

fn server(shared: &Shared) -> String {
    format!("{}:{}", shared.config.host, shared.config.port)
}

fn unreachable(shared: &Shared, why: &str) -> Outcome {
    Outcome::Transient { reason: Reason::new("connect", format!("no connection to {}: {why}", server(shared)), UNREACHABLE) }
}

async fn secure(shared: &Shared, tcp: TcpStream, timer: &mut Timer) -> Result<Stream, Outcome> {
    let server = server(shared);
    let bad_name = |e: &dyn std::fmt::Display| Outcome::RejectedAccount {
        reason: Reason::new("certificate_name", format!("no certificate can be for `{}`: {e}", shared.config.host), UNKNOWN_NAME),
    };
    let Some(tls) = &shared.tls else { return Err(bad_name(&"TLS is not set up")) };
    let name = ServerName::try_from(shared.config.host.clone()).map_err(|e| bad_name(&e))?;
    match timer.within(&*shared.clock, shared.config.timeouts.tls, tls.connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
        Ok(Err(error)) => Err(tls::failed(&server, &error)),
        Err(late) => {
            let text = format!("no secure connection to {server}: not within {} ms", late.0.as_millis());
            Err(Outcome::Transient { reason: Reason::new("tls", text, SILENT) })
        }
    }
}

struct Session<'a> {
    shared: &'a Shared,
    /// The address we connect from.
    us: SocketAddr,
    connection: Connection,
}

impl Session<'_> {
    fn refused(&self, phase: Phase, reply: Reply) -> Outcome {
        judge(phase, reply, &self.shared.config, "").outcome()
    }

    fn last(&self, code: u16) -> Reply {
        self.connection.wire.last(code)
    }

    async fn command(&mut self, line: &str, doing: &str) -> Result<u16, Outcome> {
        let (clock, limit) = (&*self.shared.clock, self.shared.config.timeouts.command);
        self.connection.command(clock, limit, line, doing).await.map_err(|cut| cut.transient())
    }

    async fn greeting(&mut self) -> Result<(), Outcome> {
        let limit = self.shared.config.timeouts.greeting;
        match self.connection.reply(&*self.shared.clock, limit, "waiting for the greeting").await {
            Ok(220) if self.connection.wire.is_drained() => Ok(()),
            Ok(220) => Err(Break::out_of_sync("the server said more than its greeting").transient()),
            Ok(code) => Err(self.refused(Phase::Greeting, self.last(code))),
            Err(cut) => Err(Outcome::Transient { reason: Reason::new(cut.code, cut.text, SILENT) }),
        }
    }

    async fn hello(&mut self) -> Result<EhloResponse<String>, Outcome> {
        let name = self.shared.config.hello.clone().unwrap_or_else(|| own_name(self.us));
        let code = self.command(&format!("EHLO {name}"), "after EHLO").await?;
        if code == 250 {
            return EhloResponse::parse(&mut self.connection.wire.last_bytes().iter()).map_err(|e| {
                let text = format!("after EHLO: the server's answer can't be read: {e:?}");
                Break { code: "bad_answer", text }.transient()
            });
        }
        let refused = self.last(code);
        let plain_will_do = self.shared.config.login.is_none() && self.shared.config.tls != Tls::Starttls;
        // RFC 5321 section 3.2: an old server knows HELO alone.
        if plain_will_do && matches!(code, 500 | 502 | 504) && self.command(&format!("HELO {name}"), "after HELO").await? == 250 {
            return Ok(EhloResponse::default());
        }
        Err(self.refused(Phase::Hello, refused))
    }

    async fn starttls(mut self, offered: &EhloResponse<String>) -> Result<Self, Outcome> {
        let account = |code: &str, text: String, remedy: &str| Outcome::RejectedAccount { reason: Reason::new(code, text, remedy) };
        if offered.capabilities & EXT_START_TLS == 0 {
            let text = format!("{} does not offer STARTTLS", server(self.shared));
            return Err(account("starttls_missing", text, NO_STARTTLS));
        }
        let (clock, limit) = (&*self.shared.clock, self.shared.config.timeouts.command);
        let code = match self.connection.command(clock, limit, "STARTTLS", "after STARTTLS").await {
            Ok(code) => code,
            // Only one kind of break leaves the reply and more after it.
            Err(cut) if cut.code == "out_of_sync" => {
                let text = format!(
                    "{} sent something in the clear behind its answer to STARTTLS; the connection was dropped",
                    server(self.shared)
                );
                return Err(account("starttls_injection", text, INJECTED));
            }
            Err(cut) => return Err(cut.transient()),
        };
        if code != 220 {
            return Err(self.refused(Phase::StartTls, self.last(code)));
        }
        let Stream::Plain(tcp) = self.connection.wire.into_stream() else {
            return Err(Break::out_of_sync("TLS began twice").transient());
        };
        // Whatever was read in the clear goes with the old buffer, which was empty.
        let stream = secure(self.shared, tcp, &mut self.connection.timer).await?;
        self.connection.wire = Wire::new(stream);
        Ok(self)
    }

    /// RFC 4954 with PLAIN (RFC 4616), else LOGIN. TLS is there by now unless the configuration says there is none.
    async fn login(&mut self, login: &Login, offered: &EhloResponse<String>) -> Result<(), Outcome> {
        let account = |code: &str, text: String, remedy: &str| Outcome::RejectedAccount { reason: Reason::new(code, text, remedy) };
        let has = |mechanism: u64| offered.auth_mechanisms & mechanism != 0;
        if offered.capabilities & EXT_AUTH == 0 {
            return Err(account("auth_missing", format!("{} offers no login", server(self.shared)), NO_AUTH));
        }
        let both = STANDARD.encode(format!("\0{}\0{}", login.user, login.password));
        let password = STANDARD.encode(&login.password);
        let lines = if has(AUTH_PLAIN) {
            // A server that does not read the first response asks for it again.
            [format!("AUTH PLAIN {both}"), both.clone(), String::new()]
        } else if has(AUTH_LOGIN) {
            ["AUTH LOGIN".to_owned(), STANDARD.encode(&login.user), password.clone()]
        } else {
            return Err(account("auth_unsupported", format!("{} takes neither AUTH PLAIN nor LOGIN", server(self.shared)), OTHER_AUTH));
        };
        let mut reply = Reply { code: 334, enhanced: None, text: "the server keeps asking".to_owned() };
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let code = self.command(line, "at the login").await?;
            if code == 235 {
                return Ok(());
            }
            reply = self.last(code);
            if code != 334 {
                break;
            }
        }
        // Some servers repeat what they did not like.
        for secret in [&both, &password, &login.password] {
            reply.text = reply.text.replace(secret.as_str(), "…");
        }
        Err(self.refused(Phase::Auth, reply))
    }
}

/// What we call ourselves (RFC 5321 section 4.1.1.1): this machine's full name, else the address we come from.
fn own_name(us: SocketAddr) -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if is_full_name(name) {
        return name.to_owned();
    }
    match us {
        SocketAddr::V4(us) => format!("[{}]", us.ip()),
        SocketAddr::V6(us) => match us.ip().to_ipv4_mapped() {
            Some(ip) => format!("[{ip}]"),
            None => format!("[IPv6:{}]", us.ip()),
        },
    }
}
