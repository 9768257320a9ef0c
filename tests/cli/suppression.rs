//! `jebi suppression` and `jebi addresses`, without a server (requirement S0-12).

use std::fs;

use super::{folder, run};

#[test]
fn a_list_is_imported_shown_exported_and_shortened() {
    let dir = folder();
    fs::write(dir.path().join("bounced.csv"), "email,reason\nhong@naver.com,없는 주소\nnot an address,\nkim@example.kr,\n")
        .expect("written");
    let imported = run(dir.path(), &[], &["suppression", "import", "bounced.csv", "--cause", "bounce"]);
    assert_eq!((imported.code, imported.out.as_str()), (1, "added: 2, known: 0, left out: 0\n"), "{}", imported.err);
    assert!(imported.err.contains("line 3.email: ") && imported.err.contains("lines left out because of a fault: 1"), "{}", imported.err);

    let added = run(dir.path(), &[], &["suppression", "add", "lee@example.kr", "--scope", "topic:news", "--reason", "전화"]);
    assert_eq!((added.code, added.out.as_str()), (0, "added: 1, known: 0, left out: 0\n"), "{}", added.err);
    let listed = run(dir.path(), &[], &["suppression", "list", "--domain", "example.kr"]);
    let lines: Vec<&str> = listed.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", listed.out);
    assert!(lines[1].starts_with("kim@example.kr ") && lines[2].contains("topic:news") && lines[2].ends_with("전화"), "{}", listed.out);

    let removed = run(dir.path(), &[], &["suppression", "remove", "hong@naver.com", "--reason", "본인 요청 & 확인"]);
    assert_eq!((removed.code, removed.out.as_str()), (0, "hong@naver.com is off the suppression list\n"), "{}", removed.err);
    let again = run(dir.path(), &[], &["suppression", "remove", "hong@naver.com", "--reason", "x"]);
    assert_eq!(again.code, 1, "{}", again.err);
    let exported = run(dir.path(), &[], &["suppression", "export"]);
    let emails: Vec<&str> = exported.out.lines().map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(emails, ["\u{feff}email", "kim@example.kr", "lee@example.kr"], "{}", exported.err);
}

#[test]
fn a_file_of_addresses_comes_back_with_verdicts() {
    let dir = folder();
    run(dir.path(), &[], &["suppression", "add", "gone@naver.com"]);
    let file = "이름,email\n홍길동,hong@naver.com\n김,kim@naver.cpm\n이,gone@naver.com\n박,\n";
    fs::write(dir.path().join("members.csv"), file).expect("written");
    let checked = run(dir.path(), &[], &["addresses", "check", "members.csv", "--no-mx"]);
    let expected = "이름,email,verdict,why,suggestion,mx\n홍길동,hong@naver.com,good,,,\n김,kim@naver.cpm,risky,typo,kim@naver.com,\n\
        이,gone@naver.com,bad,suppressed all,,\n박,,bad,address_empty,,\n";
    assert_eq!((checked.code, checked.out.as_str()), (0, expected), "{}", checked.err);
    assert!(checked.err.contains("good: 1, risky: 1, bad: 2, unknown: 0"), "{}", checked.err);
    fs::write(dir.path().join("other.csv"), "a,b\nc,d\n").expect("written");
    assert_eq!(run(dir.path(), &[], &["addresses", "check", "other.csv", "--no-mx"]).code, 1);
}
