//! The table of refusals. SES's rows are those of its page "Troubleshooting SMTP", Gmail's of support.google.com/a/answer/3726730; the
//! rest stand in RFC 3463, 4954, 5321, 5248 and 6647, or are words servers were seen to use.

use jebi_domain::smtp::Reply;

use super::error::Phase;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// We are too fast for the provider.
    Rate,
    /// The provider's quota for a day or so is used up.
    Daily,
    /// The receiving domain wants less mail.
    Receiver,
    Greylisted,
    /// The mailbox is full.
    Full,
    /// Too many recipients for one transaction.
    TooMany,
    /// The account's or the configuration's fault.
    Account,
    /// SES: an address is not verified; whose, the text says.
    Unverified,
    /// The recipient's address is bad.
    Address,
    /// The recipient's address or mailbox, for now: it says nothing of how the provider does.
    Recipient,
    /// The message's fault, for good.
    Message,
    Transient,
}

/// One row: what it is known by, what it means, what helps.
struct Rule {
    /// Where it was said; empty for anywhere.
    phases: &'static [Phase],
    /// Codes, or their first digit alone; empty for any.
    codes: &'static [u16],
    /// Enhanced codes; `4.7.` stands for all that begin so. Empty for any, none included.
    enhanced: &'static [&'static str],
    /// Texts, in lower case, one of which must occur; empty for any.
    texts: &'static [&'static str],
    meaning: Meaning,
    remedy: &'static str,
}

pub(super) const WAIT: &str = "nothing to do: it is tried again by itself";
pub(super) const ODD: &str =
    "nothing to do if it passes: it is tried again on a new connection; if it stays, report it with the server's name";
pub(super) const AUTH_LATER: &str = "nothing to do if it passes: the login is tried again by itself, less and less often; if it stays, ask the \
                                     provider whether the account is locked";
pub(super) const LOGIN: &str = "check SMTP_USER and SMTP_PASS; mail waits until the login holds";
pub(super) const SERVER: &str =
    "the server takes no mail from this machine: read its words, check host and port, and ask who runs it; mail waits";
pub(super) const ADDRESS: &str = "the address does not take mail: correct it or take it off the list";
pub(super) const FULL: &str = "nothing to do: the mailbox is full, and tried again later";
pub(super) const SENDER: &str =
    "send from an address that belongs to the login, or have this one allowed by the provider; then send it again";
pub(super) const SIZE: &str = "make the message smaller, for instance with links in place of attachments, and submit it again";
pub(super) const MESSAGE: &str = "correct the message as the server's words say, and submit it again";
const APP_PASSWORD: &str = "this account wants an app password in SMTP_PASS: switch on two-step login at the provider and make one; mail waits \
                            until then";
const OAUTH: &str = "this account takes no password any more: have SMTP AUTH allowed for it, or send through another provider; mail waits until \
                     then";
const NEEDS_LOGIN: &str = "the server wants a login: set SMTP_USER and SMTP_PASS; mail waits until then";
const NEEDS_TLS: &str = "the server wants TLS: set SMTP_TLS to starttls or implicit; mail waits until then";
const SES_KEYS: &str = "use the SMTP credentials SES makes (they are not the IAM keys), of this region; mail waits until then";
const SES_ALLOW: &str = "allow ses:SendRawEmail to the SMTP credentials' user in IAM; mail waits until then";
const SES_VERIFY: &str = "verify the address or its domain in the SES console (Identities) in this region; in the sandbox every recipient must be \
                          verified too: request production access";
const SES_PAUSED: &str = "open the SES console (Account dashboard, Reputation) and your AWS support cases: sending is paused there; mail waits \
                          until it is allowed again";
const SUSPENDED: &str = "the provider has suspended the account: read its words and its mails to you; mail waits until it is allowed again";
const RATE: &str = "nothing to do: sending slows down by itself; set a lower rate for this provider if it recurs";
const DAILY: &str = "nothing to do: sending goes on when the provider's limit (as a rule 24 hours) lets it; spread the mail over more days or \
                     providers if it recurs";
const RECEIVER: &str = "nothing to do: mail to that domain is slowed and tried again; if it recurs, send it less at a time";
const GREYLIST: &str = "nothing to do: the receiver wants to see a second try, which follows in some minutes";
const SPLIT: &str = "nothing to do: the other recipients go in a further transaction; set a lower number of recipients for this provider";
const RELAY: &str = "the server does not pass mail on to other domains: set SMTP_USER and SMTP_PASS, or use one that relays for you; then send \
                     it again";
const POLICY: &str = "the receiver's policy refuses it: check SPF, DKIM and DMARC of the sender's domain, its reputation and the content; the \
                      address itself may be good";

const RELAYING: &[&str] = &["relay access denied", "relaying denied", "relay not permitted", "unable to relay"];
const REFUSING: &[Phase] = &[Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Content];
const RECEIVING: &[Phase] = &[Phase::Rcpt, Phase::Data, Phase::Content];
const TO_ONE: &[Phase] = &[Phase::Rcpt];
const AT_LOGIN: &[Phase] = &[Phase::Auth];

/// Any of a kind; rows name what differs.
const ANY: Rule = Rule { phases: &[], codes: &[], enhanced: &[], texts: &[], meaning: Meaning::Transient, remedy: WAIT };

const RULES: &[Rule] = &[
    // SES.
    Rule { texts: &["daily message quota exceeded"], meaning: Meaning::Daily, remedy: DAILY, ..ANY },
    Rule { texts: &["maximum sending rate exceeded", "throttling failure"], meaning: Meaning::Rate, remedy: RATE, ..ANY },
    Rule {
        codes: &[5],
        texts: &["address is not verified", "addresses are not verified", "identities failed the check"],
        meaning: Meaning::Unverified,
        remedy: SES_VERIFY,
        ..ANY
    },
    Rule {
        codes: &[554],
        texts: &["access denied: user", "is not authorized to perform"],
        meaning: Meaning::Account,
        remedy: SES_ALLOW,
        ..ANY
    },
    Rule {
        codes: &[5],
        texts: &["sending paused", "sending is paused", "account is paused", "sending suspended"],
        meaning: Meaning::Account,
        remedy: SES_PAUSED,
        ..ANY
    },
    Rule { codes: &[5], texts: &["account not subscribed to ses"], meaning: Meaning::Account, remedy: SES_KEYS, ..ANY },
    // The login, where it is asked for and where it is missed.
    Rule { phases: AT_LOGIN, codes: &[4], remedy: AUTH_LATER, ..ANY },
    Rule {
        codes: &[5],
        texts: &["basic authentication is not supported", "basic authentication is disabled", "smtpclientauthentication is disabled"],
        meaning: Meaning::Account,
        remedy: OAUTH,
        ..ANY
    },
    Rule { codes: &[550, 535], enhanced: &["5.7.30"], meaning: Meaning::Account, remedy: OAUTH, ..ANY },
    Rule { codes: &[534], meaning: Meaning::Account, remedy: APP_PASSWORD, ..ANY },
    Rule {
        codes: &[5],
        texts: &["application-specific password", "app password", "application password", "애플리케이션 비밀번호", "앱 비밀번호"],
        meaning: Meaning::Account,
        remedy: APP_PASSWORD,
        ..ANY
    },
    Rule {
        codes: &[530, 538],
        texts: &["starttls", "encryption", "secure connection"],
        meaning: Meaning::Account,
        remedy: NEEDS_TLS,
        ..ANY
    },
    Rule { codes: &[538], meaning: Meaning::Account, remedy: NEEDS_TLS, ..ANY },
    Rule { codes: &[530], meaning: Meaning::Account, remedy: NEEDS_LOGIN, ..ANY },
    Rule { codes: &[535], meaning: Meaning::Account, remedy: LOGIN, ..ANY },
    Rule { codes: &[5], enhanced: &["5.7.8", "5.7.9"], meaning: Meaning::Account, remedy: LOGIN, ..ANY },
    Rule {
        codes: &[5],
        texts: &[
            "account suspended",
            "account is suspended",
            "account has been suspended",
            "account disabled",
            "account has been disabled",
        ],
        phases: &[Phase::Auth, Phase::Mail],
        meaning: Meaning::Account,
        remedy: SUSPENDED,
        ..ANY
    },
    // Quotas of a day, in whatever code.
    Rule { phases: REFUSING, enhanced: &["5.4.5", "4.4.5"], meaning: Meaning::Daily, remedy: DAILY, ..ANY },
    Rule {
        phases: REFUSING,
        texts: &[
            "daily sending quota",
            "daily user sending",
            "daily smtp relay",
            "daily limit",
            "daily quota",
            "daily sending limit",
            "within 24 hours",
            "in 24 hours",
            "24-hour",
            "per day",
            "submissionquotaexceeded",
            "일일 발송",
            "하루 발송",
            "1일 발송",
            "24시간",
            "발송 한도",
            "발송한도",
        ],
        meaning: Meaning::Daily,
        remedy: DAILY,
        ..ANY
    },
    // Too many recipients. 552 is what older servers say (RFC 5321 section 4.5.3.1.10).
    Rule { phases: TO_ONE, enhanced: &["4.5.3", "5.5.3"], meaning: Meaning::TooMany, remedy: SPLIT, ..ANY },
    Rule { phases: TO_ONE, texts: &["too many recipients", "too many rcpt"], meaning: Meaning::TooMany, remedy: SPLIT, ..ANY },
    // Rates: the receiver's, then the provider's.
    Rule { phases: RECEIVING, enhanced: &["4.7.28", "5.7.28"], meaning: Meaning::Receiver, remedy: RECEIVER, ..ANY },
    Rule { phases: RECEIVING, codes: &[450], enhanced: &["4.2.1"], meaning: Meaning::Receiver, remedy: RECEIVER, ..ANY },
    Rule { phases: RECEIVING, codes: &[421], enhanced: &["4.7.0"], meaning: Meaning::Receiver, remedy: RECEIVER, ..ANY },
    Rule {
        phases: RECEIVING,
        texts: &["receiving mail at a rate", "receiving mail too quickly", "unusual rate of"],
        meaning: Meaning::Receiver,
        remedy: RECEIVER,
        ..ANY
    },
    Rule {
        phases: REFUSING,
        texts: &["rate limit", "too much mail", "sending rate", "too many messages", "too many emails", "too fast", "throttl"],
        meaning: Meaning::Rate,
        remedy: RATE,
        ..ANY
    },
    // Greylisting, also in a 5xx.
    Rule {
        phases: REFUSING,
        texts: &["greylist", "graylist", "grey-list", "gray-list"],
        meaning: Meaning::Greylisted,
        remedy: GREYLIST,
        ..ANY
    },
    Rule { phases: REFUSING, codes: &[450, 451], enhanced: &["4.7.1", "4.2.0"], meaning: Meaning::Greylisted, remedy: GREYLIST, ..ANY },
    // The mailbox.
    Rule { phases: RECEIVING, enhanced: &["4.2.2", "5.2.2"], meaning: Meaning::Full, remedy: FULL, ..ANY },
    Rule {
        phases: RECEIVING,
        texts: &["mailbox full", "mailbox is full", "over quota", "quota exceeded", "exceeded storage", "용량이 초과", "용량 초과", "가득"],
        meaning: Meaning::Full,
        remedy: FULL,
        ..ANY
    },
    Rule { codes: &[5], enhanced: &["5.3.4", "5.2.3"], meaning: Meaning::Message, remedy: SIZE, ..ANY },
    Rule {
        phases: REFUSING,
        codes: &[5],
        texts: &["size exceeds", "too large", "too big", "size limit", "maximum message size"],
        meaning: Meaning::Message,
        remedy: SIZE,
        ..ANY
    },
    // The address.
    Rule {
        phases: RECEIVING,
        codes: &[5],
        enhanced: &["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"],
        meaning: Meaning::Address,
        remedy: ADDRESS,
        ..ANY
    },
    // RFC 3463 sections 3.2 and 3.3: of the address or the mailbox (Postfix: a domain not found, an address not verified yet).
    Rule { phases: TO_ONE, codes: &[4], enhanced: &["4.1.", "4.2."], meaning: Meaning::Recipient, remedy: WAIT, ..ANY },
    // Microsoft's words for an address it does not have.
    Rule { phases: TO_ONE, codes: &[550], enhanced: &["5.4.1"], meaning: Meaning::Address, remedy: ADDRESS, ..ANY },
    Rule { phases: REFUSING, codes: &[5], enhanced: &["5.1.7", "5.1.8", "5.7.60"], meaning: Meaning::Message, remedy: SENDER, ..ANY },
    Rule {
        phases: REFUSING,
        codes: &[5],
        texts: &["sender address rejected", "not owned by user", "sendasdenied"],
        meaning: Meaning::Message,
        remedy: SENDER,
        ..ANY
    },
    Rule { phases: TO_ONE, codes: &[5], texts: RELAYING, meaning: Meaning::Message, remedy: RELAY, ..ANY },
    // Postfix says so by default, with a code that asks for another try.
    Rule { phases: TO_ONE, codes: &[4], texts: RELAYING, meaning: Meaning::Transient, remedy: RELAY, ..ANY },
    // Policy, authentication of the sender, spam.
    Rule { phases: REFUSING, codes: &[5], enhanced: &["5.7."], meaning: Meaning::Message, remedy: POLICY, ..ANY },
    Rule {
        phases: REFUSING,
        codes: &[5],
        texts: &["spam", "blocked", "blacklist", "blocklist", "policy", "스팸"],
        meaning: Meaning::Message,
        remedy: POLICY,
        ..ANY
    },
];

/// The first row that fits.
pub(super) fn find(phase: Phase, reply: &Reply) -> Option<(Meaning, &'static str)> {
    let text = reply.text.to_lowercase();
    let enhanced = reply.enhanced.map(|e| e.to_string());
    let code = |c: &u16| if *c < 10 { reply.code / 100 == *c } else { reply.code == *c };
    let status =
        |wanted: &&str| enhanced.as_deref().is_some_and(|e| if wanted.ends_with('.') { e.starts_with(wanted) } else { e == *wanted });
    let fits = |rule: &&Rule| {
        (rule.phases.is_empty() || rule.phases.contains(&phase))
            && (rule.codes.is_empty() || rule.codes.iter().any(code))
            && (rule.enhanced.is_empty() || rule.enhanced.iter().any(status))
            && (rule.texts.is_empty() || rule.texts.iter().any(|t| text.contains(t)))
    };
    RULES.iter().find(fits).map(|rule| (rule.meaning, rule.remedy))
}
