//! The check of the fuzz target `template` on its seeds and on templates made at random: what a day of fuzzing finds is added to the
//! seeds.

use std::fs;

use proptest::prelude::*;

#[path = "../../fuzz/checks/template.rs"]
mod template;

/// Pieces of the language, whole and broken.
const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{%-",
    "-%}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "a",
    "b.c",
    "이름",
    "x|upper",
    "|default:\"y\"",
    "|join(', ')",
    "|first",
    "|length",
    "|josa('이/가')",
    "|won",
    "|date:'Y-m-d'",
    "|safe",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "0",
    "1",
    "2.5",
    "'텍스트'",
    "\"",
    "'",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "~",
    "==",
    "!=",
    "<",
    ">=",
    "|",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "elif a",
    "endif",
    "for x in l",
    "for k, v in o.items",
    "endfor",
    "empty",
    "block a",
    "block b",
    "endblock",
    "extends 'part'",
    "extends 'other'",
    "include 'part'",
    "include 'other' with a=1",
    "set a = 1",
    "with a=1",
    "endwith",
    "autoescape off",
    "endautoescape",
    "cycle 'a' 'b'",
    "comment",
    "endcomment",
    "raw",
    "endraw",
    "load i18n",
    "range(3)",
    "loop.index",
    "forloop.counter",
    "super()",
    "block.super",
    "defined",
    "none",
    "true",
    "<p>",
    "</p>",
    "<a href=\"",
    "\">",
    "</a>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<title>",
    "</title>",
    "글",
    "😀",
];
/// Whole tags, so that some of the templates are good.
const TAGS: &[&str] = &[
    "{{ a }}",
    "{{ b.c|default:'-' }}",
    "{{ l|join(',') }}",
    "{{ o.k ~ a }}",
    "{{ a + 1 }}",
    "{{ nobody }}",
    "{{ l.0 }}",
    "{{ l[1:] }}",
    "{% if a > 1 %}",
    "{% elif a %}",
    "{% else %}",
    "{% endif %}",
    "{% for x in l %}",
    "{{ x }}",
    "{% endfor %}",
    "{% for k, v in o.items %}",
    "{{ k }}",
    "{% with q=a %}",
    "{% endwith %}",
    "{% block a %}",
    "{% block b %}",
    "{% endblock %}",
    "{% include 'part' %}",
    "{% include 'other' %}",
    "{% extends 'other' %}",
    "{% set z = l %}",
    "{{ z }}",
    "{# 주석 #}",
    "{{- a -}}",
    "{{ loop.index }}",
    "<p>글</p>",
    "\n",
    "{{ block.super }}",
    "{{ a is odd }}",
    "{{ [a, l, o]|tojson }}",
    "{{ s|truncatechars:3 }}",
];

#[test]
fn every_seed_is_taken() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/template");
    let seeds: Vec<_> = fs::read_dir(folder).expect("a folder").map(|seed| seed.expect("a file").path()).collect();
    assert!(seeds.len() >= 8, "{seeds:?}");
    for seed in seeds {
        template::check(&fs::read(&seed).unwrap_or_else(|e| panic!("{}: {e}", seed.display())));
    }
}

fn of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_taken(data in prop::collection::vec(prop_oneof![3 => any::<u8>(), 2 => prop::sample::select(b"{}%#|'\"\x1f ".to_vec())], 0..400)) {
        template::check(&data);
    }

    #[test]
    fn any_pieces_of_the_language_are_taken(fields in prop::collection::vec(of(WORDS), 4)) {
        template::check(format!("{}\u{1f}{{\"a\":2,\"l\":[1,[2]],\"o\":{{\"k\":\"v\"}}}}", fields.join("\u{1f}")).as_bytes());
    }

    #[test]
    fn any_tags_are_taken(fields in prop::collection::vec(of(TAGS), 4)) {
        template::check(format!("{}\u{1f}{{\"a\":2,\"l\":[1,[2]],\"o\":{{\"k\":\"v\"}},\"s\":\"가나다라\"}}", fields.join("\u{1f}")).as_bytes());
    }
}
