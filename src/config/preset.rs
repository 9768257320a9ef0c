//! What is known of common SMTP services: where they are, what they allow, and what their login needs.
//!
//! A preset is named by `preset` or recognised by the host; every value it gives may be set otherwise. Where a service tells no
//! limit of its own the value here is a guess on the safe side, marked `(guess)`; `default.toml` says so too.

use super::{Tls, parse::shown, reader::Bad};

/// SES by SMTP.
pub(super) const SES_SMTP: &str = "ses-smtp";

/// One service.
#[derive(Debug)]
pub(super) struct Preset {
    pub name: &'static str,
    /// Its hosts; the first is used where none is given. `{region}` stands for an AWS region.
    pub hosts: &'static [&'static str],
    pub port: u16,
    pub tls: Tls,
    /// Recipients one message may have.
    pub max_recipients: usize,
    /// Recipients in 24 hours; `None` where the service tells when it is enough and there is nothing to guess.
    pub daily_limit: Option<u64>,
    /// Recipients a second.
    pub max_send_per_second: Option<f64>,
    pub max_connections: u32,
    /// What to do when the login is refused.
    pub login_help: &'static str,
}

/// Recipients are counted where a service counts messages: a message has at least one, so the service's limit is never passed.
pub(super) const PRESETS: &[Preset] = &[
    // 500 a day and 100 recipients a message: support.google.com/mail/answer/22839. Connections (guess).
    Preset {
        name: "gmail",
        hosts: &["smtp.gmail.com"],
        port: 465,
        tls: Tls::Implicit,
        max_recipients: 100,
        daily_limit: Some(500),
        max_send_per_second: Some(2.0),
        max_connections: 2,
        login_help: "Gmail takes no account password: switch 2-step verification on, make an app password at \
                     myaccount.google.com/apppasswords, and use that",
    },
    // 2,000 messages a day, 100 recipients a message by SMTP: Google Workspace sending limits (support.google.com/a/answer/166852).
    // Connections and rate (guess).
    Preset {
        name: "google-workspace",
        hosts: &["smtp-relay.gmail.com"],
        port: 465,
        tls: Tls::Implicit,
        max_recipients: 100,
        daily_limit: Some(2_000),
        max_send_per_second: Some(5.0),
        max_connections: 4,
        login_help: "use an app password of a Google Workspace user (2-step verification on), and let the administrator allow the SMTP \
                     relay service for it",
    },
    // 100 recipients a message: Naver mail help. The rest (guess).
    Preset {
        name: "naver",
        hosts: &["smtp.naver.com"],
        port: 587,
        tls: Tls::Starttls,
        max_recipients: 100,
        daily_limit: Some(500),
        max_send_per_second: Some(1.0),
        max_connections: 2,
        login_help: "switch IMAP/SMTP on in Naver mail's settings (환경설정 > POP3/IMAP 설정), switch 2-step verification on, and use an \
                     application password (애플리케이션 비밀번호) with your Naver id",
    },
    // Limits depend on the contract: all (guess).
    Preset {
        name: "naver-works",
        hosts: &["smtp.worksmobile.com"],
        port: 465,
        tls: Tls::Implicit,
        max_recipients: 100,
        daily_limit: Some(500),
        max_send_per_second: Some(1.0),
        max_connections: 2,
        login_help: "make a password for external apps (외부 앱 비밀번호) in the NAVER WORKS mail settings, and use that",
    },
    // No figures of its own: all (guess).
    Preset {
        name: "kakao",
        hosts: &["smtp.kakao.com"],
        port: 465,
        tls: Tls::Implicit,
        max_recipients: 100,
        daily_limit: Some(500),
        max_send_per_second: Some(1.0),
        max_connections: 2,
        login_help: "set IMAP/SMTP to 사용함 in Kakao mail's settings, switch 2-step verification on, and use an app password \
                     (앱 비밀번호)",
    },
    Preset {
        name: "daum",
        hosts: &["smtp.daum.net"],
        port: 465,
        tls: Tls::Implicit,
        max_recipients: 100,
        daily_limit: Some(500),
        max_send_per_second: Some(1.0),
        max_connections: 2,
        login_help: "set IMAP/SMTP to 사용함 in Daum mail's settings, switch 2-step verification on, and use an app password \
                     (앱 비밀번호)",
    },
    // New accounts may send less: all (guess).
    Preset {
        name: "outlook",
        hosts: &["smtp-mail.outlook.com"],
        port: 587,
        tls: Tls::Starttls,
        max_recipients: 100,
        daily_limit: Some(300),
        max_send_per_second: Some(0.5),
        max_connections: 2,
        login_help: "Outlook.com takes no passwords any more, only OAuth 2.0, which Jebi does not have: send through another service",
    },
    // 10,000 recipients a day and 30 messages a minute: Exchange Online limits. Connections: 3 at once, the same page.
    Preset {
        name: "microsoft365",
        hosts: &["smtp.office365.com"],
        port: 587,
        tls: Tls::Starttls,
        max_recipients: 500,
        daily_limit: Some(10_000),
        max_send_per_second: Some(0.5),
        max_connections: 3,
        login_help: "let the administrator allow authenticated SMTP (SMTP AUTH) for this mailbox; Microsoft ends password logins in 2027",
    },
    // 50 recipients a message (SES quotas page). The account's rate is not told over SMTP: that of the sandbox (guess).
    Preset {
        name: SES_SMTP,
        hosts: &["email-smtp.{region}.amazonaws.com"],
        port: 587,
        tls: Tls::Starttls,
        max_recipients: 50,
        daily_limit: None,
        max_send_per_second: Some(1.0),
        max_connections: 10,
        login_help: "SES has SMTP credentials of its own (SES console, SMTP settings): an AWS access key does not log in",
    },
];

/// By its name, as `preset` gives it.
pub(super) fn named(text: &str) -> Result<&'static Preset, Bad> {
    let found = PRESETS.iter().find(|p| p.name.eq_ignore_ascii_case(text.trim()));
    let known: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
    found.ok_or_else(|| Bad::new(format!("{} is not a service Jebi knows", shown(text)), format!("write {}", known.join(", "))))
}

/// By the host it is at.
pub(super) fn at(host: &str) -> Option<&'static Preset> {
    let host = host.to_ascii_lowercase();
    PRESETS.iter().find(|p| {
        p.hosts.iter().any(|known| match known.split_once("{region}") {
            Some((before, after)) => host.starts_with(before) && host.ends_with(after) && host.len() > before.len() + after.len(),
            None => *known == host,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_recognised_by_their_hosts() {
        for (host, name) in [
            ("smtp.gmail.com", "gmail"),
            ("SMTP.Naver.com", "naver"),
            ("email-smtp.ap-northeast-2.amazonaws.com", "ses-smtp"),
            ("smtp.office365.com", "microsoft365"),
        ] {
            assert_eq!(at(host).map(|p| p.name), Some(name), "{host}");
        }
        assert!(at("smtp.example.com").is_none() && at("email-smtp..amazonaws.com").is_none());
    }

    #[test]
    fn the_reference_page_shows_what_is_known() {
        let page = include_str!("default.toml");
        for p in PRESETS {
            let row = page.lines().find_map(|line| line.strip_prefix(&format!("#   {} ", p.name))).expect(p.name);
            let shown: Vec<&str> = row.split_whitespace().map(|word| word.trim_end_matches('*')).collect();
            let or_none = |number: Option<String>| number.unwrap_or_else(|| "none".into());
            let known = [
                p.hosts[0].replace("{region}", "REGION"),
                p.port.to_string(),
                if p.tls == Tls::Implicit { "implicit" } else { "starttls" }.into(),
                p.max_recipients.to_string(),
                or_none(p.daily_limit.map(|n| n.to_string())),
                or_none(p.max_send_per_second.map(|n| n.to_string())),
                p.max_connections.to_string(),
            ];
            assert_eq!(shown, known, "{}", p.name);
        }
    }

    #[test]
    fn every_preset_is_found_by_its_name_and_its_host_and_leaves_room_to_send() {
        for preset in PRESETS {
            assert_eq!(named(preset.name).ok().map(|p| p.name), Some(preset.name));
            let host = preset.hosts[0].replace("{region}", "us-east-1");
            assert_eq!(at(&host).map(|p| p.name), Some(preset.name));
            assert!(preset.max_connections > 0 && preset.max_recipients > 0 && preset.daily_limit != Some(0));
            assert!(!preset.login_help.is_empty() && preset.tls != Tls::None);
        }
    }
}
