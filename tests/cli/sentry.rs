//! Sentry: what is reported in a build that has it, and what is said in one that has not.

#[cfg(not(feature = "sentry"))]
#[test]
fn a_build_without_it_says_so_once() {
    let dir = super::folder();
    let _server = super::Server::start(dir.path(), &[("SENTRY_DSN", "https://0123456789abcdef@sentry.example.com/1")]);
    let log = std::fs::read_to_string(dir.path().join("log")).expect("the log");
    assert_eq!(log.matches("SENTRY_DSN is set, but this build has no Sentry").count(), 1, "{log}");
    assert!(!log.contains("0123456789abcdef"), "{log}");
}

#[cfg(feature = "sentry")]
mod with {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::{TcpListener, TcpStream},
        sync::mpsc,
        thread,
        time::Duration,
    };

    use super::super::log::in_a_process_of_its_own;

    /// Answers as Sentry's ingest does, and gives each request's body.
    fn ingest() -> (String, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let dsn = format!("http://0123456789abcdef@{}/42", listener.local_addr().expect("an address"));
        let (tell, heard) = mpsc::channel();
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tell = tell.clone();
                thread::spawn(move || {
                    while let Some(body) = take(&stream) {
                        tell.send(body).unwrap_or_default();
                    }
                });
            }
        });
        (dsn, heard)
    }

    fn take(stream: &TcpStream) -> Option<String> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            head.push_str(&line);
            line.clear();
        }
        let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        (&*stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").ok()?;
        Some(head + &String::from_utf8_lossy(&body))
    }

    #[test]
    fn errors_and_panics_are_reported_and_nothing_else() {
        let (dsn, heard) = ingest();
        in_a_process_of_its_own("errors_for_sentry", &[("JEBI_TEST_SENTRY", &dsn)]);
        let wait = || heard.recv_timeout(Duration::from_secs(10)).expect("a report");
        let mut reports = [wait(), wait()];
        reports.sort_by_key(|report| report.contains("a mistake"));
        for (report, words) in reports.iter().zip(["the inbox could not keep a mail", "a mistake"]) {
            assert!(report.contains(words) && report.starts_with("POST /api/42/envelope/"), "{report}");
            let release = format!("\"release\":\"jebi@{}\"", env!("CARGO_PKG_VERSION"));
            assert!(report.contains(&release) && report.contains("\"environment\":\"staging\""), "{report}");
            for nothing in ["\"request\":", "\"user\":", "\"breadcrumbs\":", "nothing worth a report"] {
                assert!(!report.contains(nothing), "{nothing} is in {report}");
            }
        }
        assert!(heard.try_recv().is_err(), "one report each");
    }
}
