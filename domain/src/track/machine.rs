//! Whether an open or a click was a program's. A guess: programs that behave as people do are taken for people, and somebody who is very
//! quick for a program. Counts of both are kept, so that nothing is lost by it.
//!
//! What is gone by: Apple's mail privacy proxy calls itself `Mozilla/5.0` and nothing more, and loads every picture whether the mail is read or
//! not; the picture proxies of Gmail and Yahoo load it when the mail is shown. Scanners of companies follow links right after the mail has
//! come, and several at once. Their addresses are not gone by: they change.

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Open,
    Click,
}

/// What is known of an open or a click.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    pub act: Act,
    /// As the browser names itself; empty where it does not.
    pub agent: &'a str,
    /// Milliseconds after its mail was sent; `None` where nobody knows that it was sent yet.
    pub after: Option<i64>,
    /// Another link of the same mail was followed at about the same time.
    pub burst: bool,
}

/// Why something is taken for a program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// It names itself as one.
    Agent,
    /// It does not name itself.
    Nameless,
    /// It loads pictures of mail nobody has opened.
    Prefetch,
    /// So soon after the sending nobody has read it.
    Early,
    /// Several links at once.
    Burst,
}

impl Machine {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "it names itself as a program",
            Self::Nameless => "it does not name itself",
            Self::Prefetch => "it loads pictures of mail that nobody has opened",
            Self::Early => "it came right after the mail was sent",
            Self::Burst => "several links were followed at once",
        }
    }
}

/// So soon after the sending, in milliseconds, nobody has opened a mail. Signing in by a mailed link takes people some seconds.
const SOONEST_MS: i64 = 2_000;

/// Proxies that load a picture when its mail is shown to somebody; where they are says nothing of the reader.
const PROXIES: [&str; 2] = ["googleimageproxy", "yahoomailproxy"];

/// Words of programs' names, in lower case.
const PROGRAMS: [&str; 41] = [
    // Scanners of mail.
    "barracuda",
    "proofpoint",
    "mimecast",
    "messagelabs",
    "symantec",
    "trendmicro",
    "trend micro",
    "forcepoint",
    "fireeye",
    "sophos",
    "cloudmark",
    "ironport",
    "zscaler",
    "fortinet",
    "safelinks",
    // Previews of links in messengers and mail.
    "bingpreview",
    "skypeuripreview",
    "facebookexternalhit",
    "kakaotalk-scrap",
    "whatsapp/",
    "googledocs",
    "google-read-aloud",
    // Search engines that do not call themselves bots.
    "yeti/",
    "daum/",
    "crawler",
    "spider",
    "slurp",
    // Tools and libraries.
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "aiohttp",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "libwww-perl",
    "headlesschrome",
    "phantomjs",
    "axios/",
    "node-fetch",
    "scrapy",
];

/// Why an open or a click is taken for a program's; `None` for a person's.
#[must_use]
pub fn judge(visit: Visit<'_>) -> Option<Machine> {
    let agent = visit.agent.trim().to_ascii_lowercase();
    if agent.is_empty() {
        return Some(Machine::Nameless);
    }
    if visit.act == Act::Open && agent == "mozilla/5.0" {
        return Some(Machine::Prefetch);
    }
    if PROGRAMS.iter().any(|name| agent.contains(name)) || is_bot(&agent) {
        return Some(Machine::Agent);
    }
    if visit.after.is_none_or(|ms| ms < SOONEST_MS) {
        return Some(Machine::Early);
    }
    visit.burst.then_some(Machine::Burst)
}

/// Whether it comes from a proxy: the address is the proxy's.
#[must_use]
pub fn is_proxy(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    agent.trim() == "mozilla/5.0" || PROXIES.iter().any(|name| agent.contains(name))
}

/// `bot` at the end of a word, as in `Googlebot/2.1`; but `CUBOT` makes telephones.
fn is_bot(agent: &str) -> bool {
    agent.match_indices("bot").any(|(at, _)| {
        let ends = agent[at + 3..].chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        ends && !agent[..at].ends_with("cu")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    const WHALE: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Whale/4.29 Safari/537.36";
    const GMAIL: &str = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    const KAKAO: &str = "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984";

    fn of(act: Act, agent: &str, after: Option<i64>) -> Option<Machine> {
        judge(Visit { act, agent, after, burst: false })
    }

    #[test]
    fn people_and_the_proxies_that_load_for_them_are_people() {
        for agent in [CHROME, WHALE, GMAIL, "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/100", "Microsoft Office/16.0 (Outlook 16)"] {
            assert_eq!(of(Act::Open, agent, Some(60_000)), None, "{agent}");
        }
        assert_eq!(of(Act::Click, CHROME, Some(SOONEST_MS)), None);
        assert!(is_proxy(GMAIL) && is_proxy("Mozilla/5.0") && !is_proxy(CHROME));
    }

    #[test]
    fn programs_are_told_by_their_names() {
        for agent in
            [KAKAO, "Googlebot/2.1", "curl/8.5.0", "Mozilla/5.0 (compatible; BarracudaCentral)", "Slackbot-LinkExpanding 1.0", "Foo bot"]
        {
            assert_eq!(of(Act::Click, agent, Some(60_000)), Some(Machine::Agent), "{agent}");
        }
        assert_eq!(of(Act::Click, " ", Some(60_000)), Some(Machine::Nameless));
        assert_eq!(of(Act::Open, "Mozilla/5.0", Some(60_000)), Some(Machine::Prefetch));
    }

    #[test]
    fn what_comes_too_soon_or_all_at_once_is_a_program() {
        assert_eq!(of(Act::Click, CHROME, Some(SOONEST_MS - 1)), Some(Machine::Early));
        assert_eq!(of(Act::Open, CHROME, Some(-5)), Some(Machine::Early), "clocks of two nodes");
        assert_eq!(of(Act::Open, CHROME, None), Some(Machine::Early), "before it was known as sent");
        let burst = Visit { act: Act::Click, agent: CHROME, after: Some(60_000), burst: true };
        assert_eq!(judge(burst), Some(Machine::Burst));
    }
}
