//! Every text for people is in `locales/`, in every language, and nothing else is.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use http::StatusCode;

use super::{
    assert_none, files, here,
    literals::{Literal, literals},
    name, read, tree,
};

/// Where texts for people are made: faults of requests, the configuration, the start and the command line.
const SPEAKERS: [&str; 22] = [
    "domain/src/address/",
    "domain/src/advertising/mark.rs",
    "domain/src/attachment/",
    "domain/src/feedback/fault.rs",
    "domain/src/idempotency.rs",
    "domain/src/mime/header.rs",
    "domain/src/mime/tag.rs",
    "domain/src/mime/thread.rs",
    "domain/src/preflight/",
    "domain/src/refusal.rs",
    "domain/src/sns/",
    "domain/src/template_record/",
    "src/app",
    "src/cli/",
    "src/config/",
    "src/http/",
    "src/provider/dkim/key.rs",
    "src/provider/ses/config.rs",
    "src/provider/ses/sign.rs",
    "src/service/",
    "src/store/",
    "src/table/",
];

/// Of these, places whose texts go to the log, to the API's description, or into what is stored and shown as data.
const SILENT: [&str; 18] = [
    "src/cli/help.rs",
    "src/http/openapi.rs",
    "src/http/codes.rs",
    "src/http/page/frame.rs",
    "src/http/page/preferences/",
    "src/http/page/unsubscribe/",
    "src/service/dispatch/",
    "src/service/consents/text.rs",
    "src/service/hooks/call.rs",
    "src/service/hooks/mail.rs",
    "src/service/ready.rs",
    "src/service/sns/ready.rs",
    "src/store/mod.rs",
    "src/store/postgres/",
    "src/store/sqlite/",
    "src/store/steps/",
    "src/store/transfer/",
    "src/config/effective.rs",
];

/// Files in a silent folder that speak all the same.
const SPEAK: [&str; 10] = [
    "src/store/postgres/check.rs",
    "src/store/postgres/connect.rs",
    "src/store/postgres/error.rs",
    "src/store/postgres/open.rs",
    "src/store/postgres/pool.rs",
    "src/store/postgres/tls.rs",
    "src/store/sqlite/guard.rs",
    "src/store/sqlite/open.rs",
    "src/store/transfer/encode.rs",
    "src/store/transfer/mod.rs",
];

/// Literals that look like texts and are none: what is looked for in libraries' texts, forms of output, names, log texts.
const NO_TEXTS: &[&str] = &[
    " at line",
    ", expected ",
    "--set {}",
    "--set {path}",
    "A stored template.",
    "An address, with or without a name, and what is this recipient's own.",
    "An address, with or without a name.",
    "Bearer realm=\"jebi\"",
    "cannot parse integer",
    "is stopping: what is under way is finished, other nodes send the rest",
    "jebi inbox pass\0",
    "cannot renew its lease in the store: nothing is sent until it can",
    "duplicate field",
    "failed to lookup address",
    "first key",
    "it has no row",
    "its message is gone",
    "left open",
    "line {line}",
    "line {line}.{column}",
    "line {line}{rest}",
    "line {number}",
    "line {number}{rest}",
    "line {}",
    "email address",
    "missing field",
    "on the list of the account",
    "opens={opens} clicks={clicks}",
    "the name servers did not answer in time",
    "{} addresses",
    "added {}, known {}, left out {}",
    "a file",
    "{:<40} {:<24} {:<12} {:<24} {:>5} REASON",
    "{email:<40} {scope:<24} {cause:<12} {since:<24} {times:>5} {reason}",
    "suppressed {}",
    "{data:<20} {days:>9} {due:>12} {kept:>12}",
    "{}: {field}: {}; {}",
    "line {number}.{field}",
    "number too large",
    "password missing",
    "query string: ",
    "server does not support TLS",
    "the last mail could be stored",
    "the last mail could not be stored: {why}",
    "through {}: {}",
    "unknown field",
    "unknown variant",
    "{checked} deliveries checked\r",
    "{email}: {} {}; {}",
    "{field}{colon}{fault}{stop} {remedy}",
    "{id} {email} {state}",
    "{id} {email}",
    "{key}: {value}",
    "{kind:<5} {version:<8} {active:<7} {languages:<12} {updated:<24} {}",
    "Subject: {}\n",
    "{place}: {}",
    "{} version={}",
    "{{% include {quote}{name}{quote} %}}",
    "version {version}",
    "{key}: {}",
    "{told}; and {more} more",
    "{} {epoch} {inode}",
    "{} {recipients}\n",
    "{code:<17} {subject:<24} {since:<24} {resolved:<24} {}",
    "{scope:<28} {sent:>9} {bounces:>9} {complaints:>11} {act:<8} {warmup:<16} {}",
    "{id:<4} {:<9} {:<24} {beat:>9} {leased:>6} {:<10} {name}",
    "{id:<4} {prefix:<14} {scopes:<15} {created:<24} {expires:<24} {revoked:<24} {}",
    "Authorization, Content-Type, Idempotency-Key, X-API-KEY, X-Request-Id",
    "Idempotency-Replayed, Retry-After, X-Request-Id",
    "changed={} restart={}",
    "to={to} recipients={n}",
    "unsettled={} waiting={}",
    "name={name:?} scopes={scopes} expires={end} senders={senders} networks={networks} daily_limit={limit} profile={profile}",
    "from={}",
    "{MARK} {subject}",
    "{id:<4} {:<24} {usable}",
    "{name:<24} {from:<32} {company}",
    "{standing:<12} {confirmed:<24} {last:<24} {events:>9} {}",
    "{:<12} {:<24} {last:<24} {events:>9} {}",
    "status {status}",
    "status {}",
    "left to the redrive policy",
    "`true` for this server's own link, `false` for none, or a page of yours: https, where `{email}` and `{delivery}` stand for each copy's own.",
    "{} secrets",
    "local administrator",
    "key {} ({name})",
    "token {name}",
    "token subject\0{name}",
    "the subject of the token is not stored yet",
    "  {name}{:pad$}{value:>12} {unit}",
    "{:.2} ms",
    "{file} line {number}",
    "total={} success={}",
    "kind={} target={}",
    "target={} events={}",
    "{id:<4} {:<8} {state:<8} {waiting:>8} {:<32} {target}",
    "{} {:<24} {:<8} {attempts:>2} {said} {next}",
    "as itself",
    "resend {id}",
    "retry {id}",
    "due={} recipients={recipients}",
    "changed={} restart={}",
    "to={to} recipients={moved}",
    "{bar:40} {pos}/{len} {eta}",
    "{date} {clock}",
    "{bar:40} {pos}/{len} {eta} {msg}",
    "{n} {more}",
    "{} and {}",
    "its {part} loop ended by an error in Jebi: mail is taken and kept, but nothing is sent; restart the server, and report it with the log of the time it happened",
];

/// The same, by what they hold: commands to be pasted, and content security policies.
const FORMS: [&str; 3] = ["curl -sS", "Example:\n", "default-src 'none'"];

/// Stands for a value.
const VALUE: char = '\0';

/// Ids whose English is not a literal of ours: help texts (held to the parser in `src/cli/help.rs`) and libraries' texts.
const ELSEWHERE: [&str; 2] = ["help-", "lib-"];

/// One entry: its words with a mark for each value, and the values' names.
struct Text {
    shape: String,
    values: BTreeSet<String>,
}

/// The entries of a Fluent file by id, and what is wrong with it.
fn texts(file: &str, source: &str, faults: &mut Vec<String>) -> BTreeMap<String, Text> {
    let read = fluent_syntax::parser::parse(source).unwrap_or_else(|(read, errors)| {
        faults.extend(errors.into_iter().map(|e| format!("{file}: {e}")));
        read
    });
    let mut all = BTreeMap::new();
    for entry in read.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name.to_owned();
        let mut text = Text { shape: String::new(), values: BTreeSet::new() };
        for element in message.value.into_iter().flat_map(|pattern| pattern.elements) {
            match element {
                PatternElement::TextElement { value }
                | PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
                    text.shape.push_str(value);
                }
                PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => {
                    text.shape.push(VALUE);
                    text.values.insert(id.name.to_owned());
                }
                PatternElement::Placeable { .. } => faults.push(format!("{file}: {id} holds more than words and values")),
            }
        }
        if text.shape.contains(&format!("{VALUE}{VALUE}")) || text.shape.chars().all(|c| c == VALUE) {
            faults.push(format!("{file}: {id} needs words between and beside its values"));
        }
        if all.insert(id.clone(), text).is_some() {
            faults.push(format!("{file}: {id} is there twice"));
        }
    }
    all
}

/// A literal's words with a mark for each place of `format!`.
fn shape(literal: &str) -> String {
    let (mut shape, mut rest) = (String::new(), literal);
    while let Some(at) = rest.find(['{', '}']) {
        shape.push_str(&rest[..at]);
        let here = &rest[at..];
        let place = here.strip_prefix('{').and_then(|after| after.split_once('}'));
        let place = place
            .filter(|(inner, _)| inner.split(':').next().is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')));
        rest = if here.starts_with("{{") || here.starts_with("}}") {
            shape.push_str(&here[..1]);
            &here[2..]
        } else if let Some((_, after)) = place {
            shape.push(VALUE);
            after
        } else {
            shape.push_str(&here[..1]);
            &here[1..]
        };
    }
    shape + rest
}

/// Whether it reads like a text: words with a space between.
fn is_text(literal: &str) -> bool {
    let before = |c: char| c.is_ascii_lowercase() || "`})\"',:".contains(c);
    let after = |c: char| c.is_ascii_alphabetic() || "`{(\"$".contains(c);
    let chars: Vec<char> = literal.chars().collect();
    chars.windows(3).any(|w| before(w[0]) && w[1] == ' ' && after(w[2])) && chars.windows(2).any(|w| w.iter().all(char::is_ascii_lowercase))
}

fn speaks(file: &str) -> bool {
    let silent = SILENT.iter().any(|prefix| file.starts_with(prefix)) && !SPEAK.contains(&file);
    SPEAKERS.iter().any(|prefix| file.starts_with(prefix)) && !silent && !file.ends_with("tests.rs")
}

fn faults(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let file = |language: &str| read(&root.join(format!("locales/{language}.ftl")));
    let english = texts("en.ftl", &file("en"), &mut faults);
    let korean = texts("ko.ftl", &file("ko"), &mut faults);
    for (id, text) in &english {
        match korean.get(id) {
            None => faults.push(format!("ko.ftl: {id} is missing")),
            Some(other) if other.values != text.values => {
                faults.push(format!("ko.ftl: {id} has the values {:?} and not {:?}", other.values, text.values));
            }
            Some(_) => {}
        }
    }
    faults.extend(korean.keys().filter(|id| !english.contains_key(*id)).map(|id| format!("ko.ftl: {id} is not in en.ftl")));
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, text) in &english {
        if let Some(before) = known.insert(&text.shape, id) {
            faults.push(format!("en.ftl: {before} and {id} have the same words"));
        }
    }
    let mut written = BTreeSet::new();
    for path in [files(root, "domain/src", "rs"), files(root, "src", "rs")].concat() {
        let file = name(root, &path);
        for Literal { line, text, told } in literals(&read(&path)) {
            let shape = shape(&text);
            let wanted = told
                && speaks(&file)
                && is_text(&text)
                && !NO_TEXTS.contains(&text.as_str())
                && !FORMS.iter().any(|form| text.contains(form));
            if wanted && !known.contains_key(shape.as_str()) {
                faults.push(format!("{file}:{line}: {text:?} is not in locales/en.ftl"));
            }
            written.insert(shape);
        }
    }
    for (id, text) in &english {
        let title = id.strip_prefix("title-").and_then(|status| StatusCode::from_bytes(status.as_bytes()).ok());
        let is = title.map_or_else(|| written.contains(&text.shape), |status| status.canonical_reason() == Some(&text.shape));
        if !is && !ELSEWHERE.iter().any(|prefix| id.starts_with(prefix)) {
            faults.push(format!("en.ftl: {id} is not a text of the code"));
        }
    }
    faults
}

#[test]
fn every_text_for_people_is_in_every_language() {
    assert_none(&faults(here()));
}

#[test]
fn missing_and_leftover_texts_are_seen() {
    let root = tree(&[
        (
            "locales/en.ftl",
            "a = the { $x } is bad\nb = old text here\nc = it is { $x }\nd = same words\ne = same words\nf = { $x }{ $y } z\n",
        ),
        ("locales/ko.ftl", "a = { $y }\nb = 옛 글\nd = 같음\ne = 같음\nf = { $x } { $y }\ng = 남음\n= 틀림\n"),
        (
            "src/cli/a.rs",
            "fn f() { told(format!(\"the {x} is bad\")); told(\"a new text\"); told(\"same words\"); told(format!(\"it is {:?}\", x)); }",
        ),
        ("src/worker/a.rs", "fn f() { log(\"nobody reads this\"); log(format!(\"{x}{y} z\")) }"),
    ]);
    let seen = faults(root.path());
    let expected = [
        "en.ftl: f needs words between and beside its values",
        "ko.ftl: a has the values {\"y\"} and not {\"x\"}",
        "ko.ftl: c is missing",
        "ko.ftl: g is not in en.ftl",
        "en.ftl: d and e have the same words",
        "src/cli/a.rs:1: \"a new text\" is not in locales/en.ftl",
        "en.ftl: b is not a text of the code",
    ];
    for fault in expected {
        assert!(seen.iter().any(|s| s == fault), "{fault}: {seen:#?}");
    }
    // The line that is not Fluent, and a Korean text of values alone.
    assert_eq!(seen.len(), expected.len() + 2, "{seen:#?}");
}
