//! The command line in Korean: by `JEBI_LANG`, else by the locale.

use super::{Server, fault, folder, run};

const KOREAN: (&str, &str) = ("JEBI_LANG", "ko");

#[test]
fn help_is_korean_in_every_page() {
    let dir = folder();
    let help = run(dir.path(), &[KOREAN], &["--help"]);
    assert_eq!(help.code, 0);
    for part in ["직접 운영하는 이메일 발송 서버", "사용법: jebi", "명령:", "메일을 보냅니다", "설정:", "옵션:"]
    {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
    let key = run(dir.path(), &[KOREAN], &["key", "create", "--help"]);
    assert!(key.out.contains("쓰임새") && key.out.contains("\n예:\n  jebi key create"), "{}", key.out);
    let english = run(dir.path(), &[("LANG", "en_US.UTF-8")], &["--help"]);
    assert!(english.out.contains("Usage: jebi") && english.out.contains("Send a mail"), "{}", english.out);
}

#[test]
fn a_wrong_use_is_told_in_korean() {
    let dir = folder();
    for (arguments, told) in [
        (&["sned"] as &[&str], "오류: 'sned'은(는) 없는 명령입니다\n\n  비슷한 명령: 'sns', 'send'\n\n사용법: jebi"),
        (&["--prot", "1"], "오류: '--prot'은(는) 없는 옵션입니다\n\n  비슷한 옵션: '--port'\n\n사용법: jebi"),
        (&["send", "--to", "a@example.kr", "--text", "t"], "오류: 꼭 필요한 것이 빠졌습니다:\n  --subject <SUBJECT>\n\n사용법: jebi send"),
        (&["key", "revoke", "one"], "오류: '<ID>'의 값 'one'을(를) 쓸 수 없습니다: "),
        (&["send", "--subject"], "오류: '--subject <SUBJECT>'에 값이 없습니다\n\n"),
    ] {
        let ran = run(dir.path(), &[KOREAN], arguments);
        assert!(ran.code == 2 && ran.err.starts_with(told), "{told}: {}", ran.err);
        assert!(ran.err.trim_end().ends_with("자세한 내용은 '--help'로 볼 수 있습니다."), "{}", ran.err);
    }
}

#[test]
fn a_wrong_configuration_is_told_in_the_language_of_the_locale() {
    let dir = folder();
    let ran = run(dir.path(), &[("LANG", "ko_KR.UTF-8"), ("SERVER_PORT", "99999")], &["serve"]);
    assert_eq!(fault(&ran), (78, "SERVER_PORT: \"99999\"은(는) 범위를 벗어납니다. 0부터 65535까지의 정수를 적으십시오"));
    let ran = run(dir.path(), &[("JEBI_LANG", "fr"), ("LANG", "ko_KR.UTF-8")], &["serve"]);
    assert_eq!(fault(&ran), (78, "JEBI_LANG: \"fr\" is not a language Jebi speaks; write en or ko"));
}

#[test]
fn commands_and_the_api_behind_them_answer_in_korean() {
    let dir = folder();
    let ran = run(dir.path(), &[KOREAN], &["key", "revoke", "7"]);
    let database = "데이터베이스 data/jebi.db이(가) 없습니다. 서버를 실행하는 곳에서 실행하거나 서버와 같은 DATABASE_URL을 지정하십시오";
    assert_eq!(fault(&ran), (1, database));
    assert_eq!(run(dir.path(), &[KOREAN], &["key", "create"]).code, 0);
    let ran = run(dir.path(), &[KOREAN], &["key", "revoke", "7"]);
    assert_eq!(fault(&ran), (1, "그런 키 항목이 없습니다. 목록을 조회해 키의 id를 확인하십시오"));
    let ran = run(dir.path(), &[KOREAN], &["key", "revoke", "1"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1번 키를 폐기했습니다\n"));
}

#[test]
fn the_greeting_and_a_reload_are_korean() {
    let dir = folder();
    let server = Server::start(dir.path(), &[KOREAN]);
    assert!(server.greeting.starts_with("제비가 준비되었습니다: http://127.0.0.1:"), "{}", server.greeting);
    assert!(server.greeting.contains("\n첫 메일 보내기:\n") && server.key.is_some(), "{}", server.greeting);
    let told = "바뀐 것이 없습니다. 프로세스의 환경 변수와 명령행 옵션은 다시 시작해야 바뀝니다\n";
    assert_eq!(run(dir.path(), &[KOREAN], &["reload"]).err, told);
    std::fs::write(dir.path().join("jebi.toml"), "[sending]\njitter_ms = 30\n[inbox]\nkeyless = false\n").expect("a file");
    let told = "sending.jitter_ms: 바뀌었습니다\ninbox.keyless: 바뀌었고, 다음에 시작할 때부터 적용됩니다\n";
    assert_eq!(run(dir.path(), &[KOREAN], &["reload"]).out, told);
}
