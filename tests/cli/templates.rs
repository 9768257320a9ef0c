//! `jebi template`: templates as files (requirement S0-9), without a server and through one.

use std::{fs, path::Path};

use super::{fault, folder, run};

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join("templates").join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn read(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join("templates").join(file)).expect("there")
}

const SHEET: &str = "language = \"ko\"\n\n[subject]\nko = \"{{ name }}님, 환영합니다\"\n\n[[variables]]\nname = \"name\"\n";

fn welcome(dir: &Path) {
    write(dir, "my/base.html/template.toml", "kind = \"part\"\n");
    write(dir, "my/base.html/body.html", "<html><body>{% block content %}{% endblock %}</body></html>\n");
    write(dir, "welcome/template.toml", SHEET);
    write(dir, "welcome/ko.html", "{% extends \"my/base.html\" %}\n{% block content %}<p>{{ name }}님</p>{% endblock %}\n");
    write(dir, "welcome/ko.txt", "{{ name }}님\n");
}

#[test]
fn a_folder_is_pushed_compared_and_pulled_again() {
    let dir = folder();
    welcome(dir.path());
    let trial = run(dir.path(), &[], &["template", "push", "--dry-run"]);
    assert_eq!((trial.code, trial.out.as_str()), (0, "would be created: my/base.html\nwould be created: welcome\n"), "{}", trial.err);
    let pushed = run(dir.path(), &[], &["template", "push", "--note", "처음"]);
    assert_eq!(
        (pushed.code, pushed.out.as_str()),
        (0, "created: my/base.html, version 1\ncreated: welcome, version 1\n"),
        "{}",
        pushed.err
    );
    assert_eq!(run(dir.path(), &[], &["template", "push"]).out, "unchanged: my/base.html\nunchanged: welcome\n");
    let same = run(dir.path(), &[], &["template", "diff"]);
    assert_eq!((same.code, same.out.as_str()), (0, ""), "{}", same.err);

    write(dir.path(), "welcome/ko.txt", "{{ name }}님, 반갑습니다\n");
    let differs = run(dir.path(), &[], &["template", "diff"]);
    let expected = "--- a/welcome/ko.txt\n+++ b/welcome/ko.txt\n@@ -1 +1 @@\n-{{ name }}님\n+{{ name }}님, 반갑습니다\n";
    assert_eq!((differs.code, differs.out.as_str()), (1, expected), "{}", differs.err);
    assert_eq!(run(dir.path(), &[], &["template", "push", "--draft", "welcome"]).out, "changed: welcome, version 1\n");
    assert_eq!(run(dir.path(), &[], &["template", "push"]).out, "unchanged: my/base.html\nchanged: welcome, version 2\n");

    // What is here and says something else is not lost without a word.
    write(dir.path(), "welcome/ko.txt", "mine\n");
    write(dir.path(), "welcome/en.txt", "mine too\n");
    let refused = run(dir.path(), &[], &["template", "pull"]);
    let (code, said) = fault(&refused);
    assert_eq!((code, said.lines().count()), (1, 2), "{said}");
    assert!(said.starts_with("templates/welcome/ko.txt: says something else than the server; "), "{said}");
    assert_eq!(read(dir.path(), "welcome/ko.txt"), "mine\n");
    let forced = run(dir.path(), &[], &["template", "pull", "--force"]);
    assert_eq!((forced.code, forced.out.as_str()), (0, "2 templates in templates, 2 files written\n"), "{}", forced.err);
    assert_eq!(read(dir.path(), "welcome/ko.txt"), "{{ name }}님, 반갑습니다\n");
    assert!(!dir.path().join("templates/welcome/en.txt").exists());

    let listed = run(dir.path(), &[], &["template", "list"]);
    assert!(listed.out.lines().any(|line| line.starts_with("mail  2 ") && line.ends_with(" welcome")), "{}", listed.out);
    assert!(listed.out.lines().any(|line| line.starts_with("mail  built-in ") && line.ends_with(" receipt")), "{}", listed.out);
}

#[test]
fn a_fault_is_told_by_file_line_and_column() {
    let dir = folder();
    welcome(dir.path());
    write(dir.path(), "welcome/ko.html", "{% extends \"my/base.html\" %}\n{% block content %}\n  <p>{{ name|nosuch }}</p>{% endblock %}\n");
    let (code, said) = {
        let ran = run(dir.path(), &[], &["template", "push"]);
        let (code, said) = fault(&ran);
        (code, said.to_owned())
    };
    assert_eq!(code, 1);
    assert!(said.starts_with("templates/welcome/ko.html:3:") && said.contains("nosuch") && said.lines().count() == 1, "{said}");
    let previewed = run(dir.path(), &[], &["template", "preview", "welcome"]);
    assert!(previewed.err.starts_with("templates/welcome/ko.html:3:") && previewed.code == 1, "{}", previewed.err);

    welcome(dir.path());
    write(dir.path(), "welcome/template.toml", "language = \"ko\"\nsubjekt = \"x\"\n");
    let ran = run(dir.path(), &[], &["template", "push"]);
    let (code, said) = fault(&ran);
    assert!(code == 1 && said.starts_with("templates/welcome/template.toml:2:1: ") && said.contains("subjekt"), "{said}");

    write(dir.path(), "welcome/template.toml", "language = \"ko\"\n[subject]\nko = \"{{ name \"\n");
    let ran = run(dir.path(), &[], &["template", "push"]);
    assert!(ran.err.starts_with("templates/welcome/template.toml:3:"), "{}", ran.err);
    let none = run(dir.path(), &[], &["template", "push", "--dir", "nowhere"]);
    assert_eq!(fault(&none), (1, "--dir: there is no folder nowhere; name the one your templates are in"));
    let unknown = run(dir.path(), &[], &["template", "push", "nobody"]);
    assert!(unknown.code == 1, "{}", unknown.err);
}

#[test]
fn starters_are_made_ones_own_and_previewed_from_the_folder() {
    let dir = folder();
    assert_eq!(run(dir.path(), &[], &["key", "create"]).code, 0, "there is a store");
    let pulled = run(dir.path(), &[], &["template", "pull", "--starters"]);
    assert_eq!(pulled.code, 0, "{}", pulled.err);
    let sheet = read(dir.path(), "verification/template.toml");
    assert!(sheet.contains("language = \"ko\"") && sheet.contains("name = \"code\""), "{sheet}");
    let base = read(dir.path(), "base.html/body.html").replace("<body ", "<body data-own ");
    write(dir.path(), "base.html/body.html", &base);
    let args = ["template", "preview", "verification", "--var", "code=012345", "--var", "expires_minutes=5", "--html", "page.html"];
    let seen = run(dir.path(), &[], &args);
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(seen.out.starts_with("Subject: [012345] 이메일 인증 번호입니다\n") && seen.out.contains("5분 안에"), "{}", seen.out);
    let page = fs::read_to_string(dir.path().join("page.html")).expect("written");
    assert!(page.contains("data-own") && page.contains("012345"), "the folder's own base is used");
    let lacking = run(dir.path(), &[], &["template", "preview", "verification", "--language", "en"]);
    assert!(lacking.code == 0 && lacking.err.contains("the variable \"code\" has no value"), "{}", lacking.err);
    let pushed = run(dir.path(), &[], &["template", "push"]);
    assert_eq!((pushed.code, pushed.out.lines().count()), (0, 9), "{}", pushed.err);
}
