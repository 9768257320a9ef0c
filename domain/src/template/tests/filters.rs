//! Each filter, in the spelling its author would use.

use super::*;

fn say(source: &str, given: &str) -> String {
    text(source, given).unwrap()
}

#[test]
fn texts() {
    let given = r#"{"s":"hello WORLD-wide web","k":"동해물과 백두산이","e":""}"#;
    for (source, expected) in [
        ("{{ s|upper }}|{{ s|lower }}", "HELLO WORLD-WIDE WEB|hello world-wide web"),
        ("{{ s|title }}|{{ s|capitalize }}|{{ s|capfirst }}", "Hello World-Wide Web|Hello world-wide web|Hello WORLD-wide web"),
        ("{{ k|truncatechars:4 }}|{{ k|truncatechars:20 }}|{{ k|truncatewords:1 }}", "동해물…|동해물과 백두산이|동해물과 …"),
        ("{{ s|truncate(10) }}|{{ s|truncate(length=10, killwords=true, end='…') }}", "hello...|hello WOR…"),
        ("{{ '  a '|trim }}|{{ 'xax'|trim('x') }}|{{ 'a-b'|cut:'-' }}|{{ 'aa'|replace('a', '나') }}", "a|a|ab|나나"),
        ("[{{ 'a'|center:5 }}|{{ 'a'|ljust:3 }}|{{ 'a'|rjust:3 }}]", "[  a  |a  |  a]"),
        ("{{ 'a\nb'|indent(2) }}|{{ s|wordcount }}|{{ k|length }}", "a\n  b|3|9"),
        ("{{ 1 }}개{{ 1|pluralize }}{{ 2|pluralize }}{{ 3|pluralize:'y,ies' }}{{ 'ab'|length|pluralize:'es' }}", "1개sieses"),
        ("{{ 'a b/c?d=가'|urlencode }}", "a%20b/c%3Fd%3D%EA%B0%80"),
        ("{{ '<b>가</b> < 나'|striptags }}", "가 < 나"),
        ("{{ 3|string ~ 4 }}|{{ 'a,b'|split(',')|join(' ') }}|{{ 'a  b'|split|length }}", "34|a b|2"),
        ("{{ true|yesno:'예,아니오' }}|{{ e|yesno }}|{{ 'abcdef'|slice:'1:3' }}|{{ 'abcdef'[::2] }}", "예|no|bc|ace"),
    ] {
        assert_eq!(say(source, given), expected, "{source}");
    }
}

#[test]
fn html_keeps_its_marks() {
    assert_eq!(html("{{ s|linebreaks }}", r#"{"s":"가 < 나\n다\r\n\r\n라"}"#), "<p>가 &lt; 나<br>다</p>\n\n<p>라</p>");
    assert_eq!(html("{{ s|linebreaksbr }}", r#"{"s":"<a>\n나"}"#), "&lt;a&gt;<br>나");
    assert_eq!(
        html("<script>{{ o|tojson }}</script>", r#"{"o":{"a":"</script>'&"}}"#),
        r#"<script>{"a":"\u003c/script\u003e\u0027\u0026"}</script>"#
    );
    assert_eq!(html("{{ s|escape }}{{ s|force_escape }}", r#"{"s":"<"}"#), "&lt;&lt;");
}

#[test]
fn numbers() {
    let given = r#"{"n":1234567,"f":1234.567,"s":"1,234","z":-5}"#;
    for (source, expected) in [
        (
            "{{ n|intcomma }}|{{ f|intcomma }}|{{ s|intcomma }}|{{ 100|intcomma }}|{{ -1000|intcomma }}",
            "1,234,567|1,234.567|1,234|100|-1,000",
        ),
        (
            "{{ f|floatformat }}|{{ f|floatformat:2 }}|{{ 3|floatformat }}|{{ 3|floatformat:2 }}|{{ 3.0|floatformat:-2 }}",
            "1234.6|1234.57|3|3.00|3",
        ),
        ("{{ z|abs }}|{{ '7'|int + 1 }}|{{ 'x'|int(0) }}|{{ '1.5'|float * 2 }}|{{ 2.567|round(1) }}", "5|8|0|3.0|2.6"),
        ("{{ n|add:3 }}|{{ 'a'|add:'b' }}|{{ 6|divisibleby:3 }}|{{ 1536|filesizeformat }}", "1234570|ab|True|1.5 KB"),
        ("{{ 9223372036854775807 + 1 > 9000 }}", "True"),
    ] {
        assert_eq!(say(source, given), expected, "{source}");
    }
    assert_eq!(text("{{ 1 / 0 }}", "{}").unwrap_err().text, "text, line 1: this has no result: it divides by zero or is too large");
}

#[test]
fn lists() {
    let given = r#"{"l":[3,1,2],"o":{"b":2,"a":1},"r":[{"n":"나","p":{"w":2}},{"n":"가","p":{"w":5}}],"d":[1,1,2]}"#;
    for (source, expected) in [
        ("{{ l|first }}{{ l|last }}{{ l|length }}{{ l|count }}{{ l|max }}{{ l|min }}{{ l|sum }}", "3233316"),
        (
            "{{ l|sort|join(', ') }}|{{ l|sort(reverse=true)|join:'-' }}|{{ l|reverse|join }}|{{ d|unique|join(',') }}",
            "1, 2, 3|3-2-1|213|1,2",
        ),
        ("{{ r|map(attribute='n')|join(',') }}|{{ r|join(',', attribute='n') }}|{{ r|sum(attribute='p.w') }}", "나,가|나,가|7"),
        ("{% for x in r|dictsort:'n' %}{{ x.n }}{% endfor %}|{% for k, v in o|dictsort %}{{ k }}{{ v }}{% endfor %}", "가나|a1b2"),
        ("{% for row in l|batch(2, '-') %}{{ row|join(',') }};{% endfor %}|{{ l|slice:':2'|join }}|{{ l[1:]|join }}", "3,1;2,-;|31|12"),
        ("{{ [1, 'a', o.b]|join('.') }}|{{ {'k': 'v'}.k }}|{{ (1, 2)|length }}|{{ [1] + [2] }}", "1.a.2|v|2|[1,2]"),
        ("{{ o.get('a') }}{{ o.get('x', 9) }}{{ []|first|default('없음') }}", "19없음"),
    ] {
        assert_eq!(say(source, given), expected, "{source}");
    }
}

#[test]
fn dates_are_written_with_djangos_letters() {
    let given = r#"{"d":"2026-03-05","t":"2026-11-21T09:05:00+09:00","z":"2026-11-21T15:00:00Z"}"#;
    let fill = |language: &str| Fill { language: language.to_owned(), ..Fill::default() };
    let all = "{{ d|date:\"Y-m-d\" }} {{ d|date:'y.n.j' }} {{ t|date:'D, d M Y H:i' }} {{ t|date }} {{ z|time }} {{ t|time:'A g:i' }} {{ d|date:'l \\\\a\\\\t N' }}";
    assert_eq!(
        text_of(fill("en"), all, given).unwrap(),
        "2026-03-05 26.3.5 Sat, 21 Nov 2026 09:05 Nov. 21, 2026 3 p.m. AM 9:05 Thursday at March"
    );
    let korean = "{{ d|date }} {{ t|date:'n월 j일(D) A g:i' }} {{ z|time }} {{ d|date:'l' }}";
    assert_eq!(text_of(fill("ko"), korean, given).unwrap(), "2026년 3월 5일 11월 21일(토) 오전 9:05 오후 3:00 목요일");
    assert!(text("{{ d|date:'Y T' }}", given).unwrap_err().text.contains("`T` is no letter of a date"));
}

#[test]
fn money_and_particles_are_written_as_korean() {
    let given = r#"{"w":1234567,"s":"50000"}"#;
    assert_eq!(say("{{ w|won }} {{ s|won }} {{ 0|won }} {{ -1500.4|won }}", given), "1,234,567원 50,000원 0원 -1,500원");
    for (word, pair, expected) in [
        ("홍길동", "이/가", "홍길동이"),
        ("철수", "이/가", "철수가"),
        ("철수", "가/이", "철수가"),
        ("사과", "을/를", "사과를"),
        ("책", "을/를", "책을"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("제주", "으로/로", "제주로"),
        ("길동", "아/야", "길동아"),
        ("친구", "와/과", "친구와"),
        ("10", "은/는", "10은"),
        ("2", "은/는", "2는"),
        ("1", "으로/로", "1로"),
        ("Apple", "을/를", "Apple를"),
        ("Jebi(제비)", "은/는", "Jebi(제비)는"),
        ("😀", "은/는", "😀은(는)"),
        ("朴", "이/가", "朴이(가)"),
    ] {
        assert_eq!(say("{{ x|josa(p) }}", &format!(r#"{{"x":"{word}","p":"{pair}"}}"#)), expected);
    }
    assert_eq!(html("{{ '<b>'|josa:'이/가' }}", "{}"), "&lt;b&gt;이(가)", "escaped all the same");
}
