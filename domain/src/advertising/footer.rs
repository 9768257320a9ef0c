//! The footer of advertising mail: who sends it, and how to refuse more, in Korean and in English.

use std::fmt::Write;

use crate::profile::Company;

/// How the recipient refuses; at least one is there.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// A web address.
    pub link: Option<&'a str>,
    /// A `mailto:` address.
    pub mailto: Option<&'a str>,
}

impl<'a> Ways<'a> {
    fn each(self) -> impl Iterator<Item = &'a str> {
        self.link.into_iter().chain(self.mailto)
    }
}

/// The sender's details with their names, in the order they are told.
fn told(company: &Company) -> impl Iterator<Item = (&'static str, &str)> {
    let all = [
        ("", &company.name),
        ("대표 ", &company.representative),
        ("사업자등록번호 ", &company.business_number),
        ("주소 ", &company.postal_address),
        ("전화 ", &company.phone),
        ("이메일 ", &company.email),
    ];
    all.into_iter().filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
}

/// The plain text with the footer below it.
#[must_use]
pub fn text(body: &str, company: &Company, ways: Ways<'_>) -> String {
    let mut out = String::with_capacity(body.len() + 600);
    out.push_str(body.trim_end());
    out.push_str("\n\n--------\n");
    let details: Vec<String> = told(company).map(|(name, value)| format!("{name}{value}")).collect();
    out.push_str(&details.join(" | "));
    out.push_str("\n\n이 메일은 광고입니다. 더 이상 받지 않으시려면 아래 주소에서 수신을 거부하실 수 있으며, 비용은 들지 않습니다.\n");
    out.push_str("This is an advertisement. To refuse further mail, free of charge, use this address:\n");
    for way in ways.each() {
        out.push_str(way);
        out.push('\n');
    }
    out
}

/// The HTML with the footer at the end of its body.
#[must_use]
pub fn html(body: &str, company: &Company, ways: Ways<'_>) -> String {
    let footer = footer(company, ways);
    let at = end_of_body(body);
    let mut out = String::with_capacity(body.len() + footer.len());
    out.push_str(&body[..at]);
    out.push_str(&footer);
    out.push_str(&body[at..]);
    out
}

fn footer(company: &Company, ways: Ways<'_>) -> String {
    let mut out = String::with_capacity(1_500);
    out.push_str(
        "<div style=\"clear:both;margin:32px 0 0;padding:16px;border-top:1px solid #cccccc;background:#ffffff;color:#555555;\
         font-size:12px;line-height:1.6;text-align:left\"><p style=\"margin:0 0 8px\">",
    );
    for (i, (name, value)) in told(company).enumerate() {
        let gap = if i == 0 { "" } else { " | " };
        out.push_str(gap);
        out.push_str(name);
        escaped(&mut out, value);
    }
    out.push_str(
        "</p><p lang=\"ko\" style=\"margin:0 0 4px\">이 메일은 광고입니다. 더 이상 받지 않으시려면 수신을 거부하실 수 있으며, 비용은 들지 않습니다: ",
    );
    links(&mut out, ways, "수신 거부", "메일로 수신 거부");
    out.push_str("</p><p lang=\"en\" style=\"margin:0\">This is an advertisement. You can refuse further mail, free of charge: ");
    links(&mut out, ways, "unsubscribe", "unsubscribe by mail");
    out.push_str("</p></div>");
    out
}

fn links(out: &mut String, ways: Ways<'_>, web: &str, mail: &str) {
    let both = [(ways.link, web), (ways.mailto, mail)];
    for (i, (to, words)) in both.into_iter().filter_map(|(to, words)| to.map(|to| (to, words))).enumerate() {
        let gap = if i == 0 { "" } else { " | " };
        let _infallible = write!(out, "{gap}<a href=\"");
        escaped(out, to);
        let _infallible = write!(out, "\" style=\"color:#555555;text-decoration:underline\">{words}</a>");
    }
}

/// For text and for attributes in double quotation marks.
fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Before the last `</body>` or `</html>`; else the end.
pub(crate) fn end_of_body(html: &str) -> usize {
    let bytes = html.as_bytes();
    let is = |at: usize, tag: &[u8]| bytes.get(at..at + tag.len()).is_some_and(|there| there.eq_ignore_ascii_case(tag));
    let mut end = None;
    for at in memchr::memrchr_iter(b'<', bytes) {
        if is(at, b"</body") {
            return at;
        }
        if is(at, b"</html") {
            end = end.or(Some(at));
        }
    }
    end.unwrap_or(html.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company() -> Company {
        Company {
            name: Some("제비상점".into()),
            postal_address: Some("서울특별시 중구 세종대로 110".into()),
            phone: Some("02-120".into()),
            email: Some("help@jebi.example".into()),
            ..Company::default()
        }
    }
    const WAYS: Ways<'_> = Ways { link: Some("https://m.kr/u/abc?a=1&b=2"), mailto: Some("mailto:u@m.kr?subject=unsubscribe") };

    #[test]
    fn the_sender_and_the_refusal_stand_at_the_end_in_both_languages() {
        let made = html("<html><body><p>봄</p></BODY></html>\n", &company(), WAYS);
        assert!(made.ends_with("</div></BODY></html>\n"), "{made}");
        for part in ["제비상점", "주소 서울특별시 중구 세종대로 110", "전화 02-120", "이메일 help@jebi.example", "수신 거부", "unsubscribe"]
        {
            assert!(made.contains(part), "{part}: {made}");
        }
        assert_eq!(made.matches("href=\"https://m.kr/u/abc?a=1&amp;b=2\"").count(), 2);
        let plain = text("봄입니다.\n\n\n", &company(), WAYS);
        assert!(
            plain.starts_with(
                "봄입니다.\n\n--------\n제비상점 | 주소 서울특별시 중구 세종대로 110 | 전화 02-120 | 이메일 help@jebi.example\n"
            )
        );
        assert!(plain.contains("수신을 거부") && plain.contains("refuse") && plain.contains("free of charge"));
        assert!(plain.ends_with("\nhttps://m.kr/u/abc?a=1&b=2\nmailto:u@m.kr?subject=unsubscribe\n"), "{plain}");
    }

    #[test]
    fn html_without_a_body_gets_it_at_its_end() {
        for (given, end) in [("<p>봄</p>", "</div>"), ("<p>봄</p></html>", "</div></html>"), ("", "</div>")] {
            let made = html(given, &company(), WAYS);
            assert!(made.ends_with(end), "{made}");
        }
        let quoted = html("<pre></body></pre><p>x</p></body>", &company(), WAYS);
        assert!(quoted.starts_with("<pre></body></pre><p>x</p><div"), "the last one counts: {quoted}");
    }

    #[test]
    fn nothing_of_a_profile_becomes_markup() {
        let bad = "\"><script>alert('1')</script>&";
        let all = Some(bad.to_owned());
        let evil = Company {
            name: all.clone(),
            postal_address: all.clone(),
            phone: all.clone(),
            email: all.clone(),
            representative: all.clone(),
            business_number: all,
        };
        let made = html("", &evil, Ways { link: Some(bad), mailto: Some(bad) });
        assert!(!made.contains("<script") && !made.contains("\"\">"), "{made}");
        assert_eq!(made.matches("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;").count(), 6 + 4);
    }
}
