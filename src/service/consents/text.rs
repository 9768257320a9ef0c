//! What people are told of their consents, in Korean or English. Nothing in it promotes anything: it is a notice by law.

use jebi_domain::{
    consent::{EventKind, last_day},
    port::consents::DueNotice,
    profile::Profile,
};
use jiff::tz::TimeZone;

/// Subject and plain text of a notice.
pub(super) struct Words {
    pub subject: String,
    pub body: String,
}

/// In the language of the person, else of the profile, else in Korean.
pub(super) fn words(due: &DueNotice, profile: &Profile, link: Option<&str>, zone: &TimeZone) -> Words {
    let language = due.consent.language.as_deref().or(profile.language.as_deref()).unwrap_or("ko");
    let sender = profile.company.name.as_ref().or(profile.from.name.as_ref()).unwrap_or(&profile.from.email);
    let contact = profile.company.email.as_ref().unwrap_or(&profile.from.email);
    let facts = Facts { due, sender, contact, phone: profile.company.phone.as_deref(), link, zone };
    if language.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("ko")) { facts.korean() } else { facts.english() }
}

struct Facts<'a> {
    due: &'a DueNotice,
    sender: &'a str,
    contact: &'a str,
    phone: Option<&'a str>,
    link: Option<&'a str>,
    zone: &'a TimeZone,
}

impl Facts<'_> {
    /// The day it is about, in the operator's zone: of a confirmation the day of the consent.
    fn day(&self) -> String {
        let at = match self.due.event.kind {
            EventKind::Confirmation => self.due.consent.given_at.unwrap_or(self.due.event.at),
            _ => self.due.event.at,
        };
        at.day(self.zone).to_string()
    }

    fn korean(&self) -> Words {
        let (sender, day) = (self.sender, self.day());
        let (title, fact, result) = match self.due.event.kind {
            EventKind::Given => ("수신 동의 처리 결과", "동의하신 날", "수신 동의가 처리되었습니다"),
            EventKind::Withdrawn => ("수신 동의 철회 처리 결과", "철회하신 날", "수신 동의 철회가 처리되었습니다"),
            EventKind::Refused => ("수신 거부 처리 결과", "거부하신 날", "수신 거부가 처리되었습니다"),
            EventKind::Confirmation => ("수신 동의 여부 확인", "동의하신 날", "현재 수신에 동의하신 상태입니다"),
        };
        let mut body = format!("{sender}에서 다음과 같이 안내해 드립니다.\n\n{title}\n\n전송자: {sender}\n{fact}: {day}\n내용: {result}\n");
        if !self.due.consent.key.scope.is_empty() {
            body.push_str(&format!("대상: {}\n", self.due.consent.key.scope));
        }
        if self.due.event.kind == EventKind::Confirmation {
            let until = last_day(self.due.event.at, self.zone);
            body.push_str(&format!(
                "\n수신 동의를 그대로 두시려면 아무것도 하지 않으셔도 됩니다. 철회하시려면 언제든지 다음 방법으로 하실 수 있으며, 비용은 들지 않습니다.\n\
                 확인 기한: {until}\n"
            ));
        } else if self.due.event.kind == EventKind::Given {
            body.push_str("\n동의는 언제든지 비용 없이 철회하실 수 있습니다.\n");
        }
        self.ways(&mut body, "수신 거부", "문의", "전화");
        let paragraph = if self.due.event.kind == EventKind::Confirmation { 8 } else { 7 };
        body.push_str(&format!(
            "\n이 메일은 「정보통신망 이용촉진 및 정보보호 등에 관한 법률」 제50조제{paragraph}항에 따라 보내 드리는 안내이며, 광고가 아닙니다.\n"
        ));
        Words { subject: format!("[{sender}] {title} 안내"), body }
    }

    fn english(&self) -> Words {
        let (sender, day) = (self.sender, self.day());
        let (title, fact, result) = match self.due.event.kind {
            EventKind::Given => ("Your consent to receive mail is recorded", "Given on", "your consent is recorded"),
            EventKind::Withdrawn => ("Your consent to receive mail is withdrawn", "Withdrawn on", "your withdrawal is done"),
            EventKind::Refused => ("You are unsubscribed", "Refused on", "your refusal is done"),
            EventKind::Confirmation => ("Do you still agree to receive mail?", "Given on", "your consent holds"),
        };
        let mut body = format!("{sender} informs you:\n\nSender: {sender}\n{fact}: {day}\nResult: {result}\n");
        if !self.due.consent.key.scope.is_empty() {
            body.push_str(&format!("Of: {}\n", self.due.consent.key.scope));
        }
        if self.due.event.kind == EventKind::Confirmation {
            let until = last_day(self.due.event.at, self.zone);
            body.push_str(&format!(
                "\nTo keep your consent you need not do anything. You can withdraw it at any time, free of charge.\nTo be confirmed \
                 by: {until}\n"
            ));
        } else if self.due.event.kind == EventKind::Given {
            body.push_str("\nYou can withdraw it at any time, free of charge.\n");
        }
        self.ways(&mut body, "Unsubscribe", "Contact", "Phone");
        let paragraph = if self.due.event.kind == EventKind::Confirmation { 8 } else { 7 };
        body.push_str(&format!(
            "\nThis is a notice by article 50 paragraph {paragraph} of the Korean Act on Promotion of Information and Communications Network \
             Utilization and Information Protection. It is no advertisement.\n"
        ));
        Words { subject: format!("[{sender}] {title}"), body }
    }

    /// How to withdraw, and whom to ask. Who has refused already needs no link.
    fn ways(&self, body: &mut String, refuse: &str, ask: &str, phone: &str) {
        let open = matches!(self.due.event.kind, EventKind::Given | EventKind::Confirmation);
        if let Some(link) = self.link.filter(|_| open) {
            body.push_str(&format!("{refuse}: {link}\n"));
        }
        body.push_str(&format!("{ask}: {}\n", self.contact));
        if let Some(number) = self.phone {
            body.push_str(&format!("{phone}: {number}\n"));
        }
    }
}
