use jebi_domain::template_record::check;
use serde_json::json;

use super::*;

fn files_of(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

const SHEET_TEXT: &str = r#"language = "ko"

[subject]
ko = "환영합니다, {{ name }}님"
en = "Welcome"

[[variables]]
name = "items"
type = "list"
required = true
description = "산 것"
default = [{ name = "사과", price = 1000 }]

[[variables]]
name = "shop"
default = { city = "서울" }
type = "object"
"#;

#[test]
fn a_template_is_written_as_files_and_read_back_the_same() {
    let given =
        files_of(&[(SHEET, SHEET_TEXT), ("ko.html", "<p>안녕</p>\n"), ("ko.txt", "안녕\n"), ("en.mjml", "<mjml/>"), ("notes.md", "x")]);
    let first = read(&given).expect("it can be read");
    assert_eq!(first.source.language, "ko");
    assert_eq!(first.source.variants.iter().map(|one| one.language.as_str()).collect::<Vec<_>>(), ["en", "ko"]);
    assert_eq!(first.source.variants[1].subject.as_deref(), Some("환영합니다, {{ name }}님"));
    assert_eq!(first.source.variables[0].default, Some(json!([{"name": "사과", "price": 1000}])));
    assert!(check(&first.source).is_empty() && first.active);
    let written = files(Some("a: b"), &first.source, false).expect("it can be written");
    assert_eq!(written.keys().collect::<Vec<_>>(), ["en.mjml", "ko.html", "ko.txt", SHEET]);
    let again = read(&written).expect("what was written can be read");
    assert_eq!((again.source, again.name.as_deref(), again.active), (first.source, Some("a: b"), false));
}

#[test]
fn a_part_has_one_body() {
    let read_part =
        read(&files_of(&[(SHEET, "kind = \"part\"\n"), ("body.html", "<p>{% block content %}{% endblock %}</p>")])).expect("read");
    assert!(check(&read_part.source).is_empty(), "{:?}", read_part.source);
    let written = files(None, &read_part.source, true).expect("written");
    assert_eq!(written[SHEET], "kind = \"part\"\n");
    let wrong = read(&files_of(&[(SHEET, "kind = \"part\"\n"), ("ko.html", "")])).expect_err("a part has no languages");
    assert_eq!(wrong[0].file, "ko.html");
}

#[test]
fn faults_are_told_by_file_line_and_column() {
    let given = files_of(&[(SHEET, SHEET_TEXT), ("ko.html", "<p></p>"), ("en.html", "<p></p>")]);
    let read_it = read(&given).expect("it can be read");
    assert_eq!(read_it.place("variants[1].html:3:14"), ("ko.html".to_owned(), Some((3, 14))));
    assert_eq!(read_it.place("variants[0].html"), ("en.html".to_owned(), None));
    // `ko = "` has six characters: the value begins at the seventh.
    assert_eq!(read_it.place("variants[1].subject:1:1"), (SHEET.to_owned(), Some((4, 7))));
    assert_eq!(read_it.place("variables[1].name"), (SHEET.to_owned(), Some((14, 1))));
    assert_eq!(read_it.place("language"), (SHEET.to_owned(), None));
    let broken = read(&files_of(&[(SHEET, "language = \"ko\"\nsubjekt = 1\n")])).expect_err("there is no such key");
    assert_eq!((broken[0].file.as_str(), broken[0].place), (SHEET, Some((2, 1))));
    assert!(broken[0].fault.contains("subjekt"), "{broken:?}");
    assert_eq!(read(&files_of(&[("ko.html", "")])).expect_err("no sheet")[0].file, SHEET);
}
