//! From what an author writes to what mail is made of: parts found, syntax checked, MJML made HTML, styles put into the elements, the
//! text part made. Every fault has the place its author wrote it at.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    content::Syntax,
    port::store::StoreError,
    refusal::{Fault, Refusal, RefusalKind},
    template::{Checked, TemplateFault, check, derive_text, html_label, with_origins},
    template_record::{Compiled, CompiledVariant, Source, SourceVariant, TemplateKind},
};

use super::{
    super::trouble::refusal,
    finish::{body, finish},
    found::{Form, Found, Pool, assemble, closure},
};
use crate::markup::{self, MarkupFault};

/// A template compiled, with what its author may want to know.
type Made = (String, Compiled, Vec<Fault>);

/// Names every mail has a value of without being given one: the recipient's own.
const OWN: [&str; 4] = ["email", "name", "language", "unsubscribe_url"];

/// Compiles those of the pool that have a path, and checks that `users` can still be sent. Off the threads that serve requests.
///
/// # Errors
/// Every fault of those compiled, its field beginning with their path; else every user that would break.
pub(super) async fn all(paths: BTreeMap<String, String>, users: BTreeSet<String>, pool: Pool) -> Result<Vec<Made>, Refusal> {
    aside(move || {
        let (mut made, mut faults) = (Vec::new(), Vec::new());
        for name in paths.keys() {
            let Some(Some(found)) = pool.get(name) else { continue };
            match one(name, found, &pool) {
                Ok((compiled, checked)) => made.push((name.clone(), compiled, warnings(&found.source, &checked))),
                Err(found) => faults.extend(found.into_iter().map(|fault| placed(fault, name, &paths, &pool))),
            }
        }
        if !faults.is_empty() {
            return Err(Refusal { kind: RefusalKind::Invalid, faults });
        }
        let mut after = pool;
        for (name, compiled, _) in &made {
            if let Some(Some(found)) = after.get_mut(name) {
                found.compiled = compiled.clone().into();
            }
        }
        for (name, _, warnings) in &mut made {
            let Some(Some(found)) = after.get(&*name) else { continue };
            faults.extend(still_right(name, found, &after).err().map(|wrong| placed(wrong, name, &paths, &after)));
            if !found.is_part() && found.has_parts() {
                warnings.extend(finish(assemble(name, found, &after, Form::Compiled)).1);
            }
        }
        if !faults.is_empty() {
            return Err(Refusal { kind: RefusalKind::Invalid, faults });
        }
        let broken = broken_of(&users, &after);
        let faults: Vec<Fault> = broken.into_iter().map(|(user, why)| would_break(&user, &why)).collect();
        if faults.is_empty() { Ok(made) } else { Err(Refusal { kind: RefusalKind::Conflict, faults }) }
    })
    .await
}

/// Those of `users` that cannot be sent with the templates of the pool, and why.
///
/// # Errors
/// A server that is stopping.
pub(super) async fn broken(users: BTreeSet<String>, pool: Pool) -> Result<Vec<(String, String)>, Refusal> {
    aside(move || Ok(broken_of(&users, &pool))).await
}

/// A draft or a version as it would be published, for a look at it.
///
/// # Errors
/// Every fault, with its place.
pub(super) async fn alone(name: String, found: Found, mut pool: Pool) -> Result<(Found, Checked, Pool), Refusal> {
    aside(move || {
        pool.insert(name.clone(), Some(found.clone()));
        let paths = BTreeMap::from([(name.clone(), String::new())]);
        let refused = |wrong: Vec<Wrong>, pool: &Pool| {
            let faults = wrong.into_iter().map(|fault| placed(fault, &name, &paths, pool)).collect();
            Refusal { kind: RefusalKind::Invalid, faults }
        };
        let (compiled, checked) = one(&name, &found, &pool).map_err(|wrong| refused(wrong, &pool))?;
        let found = Found { compiled: compiled.into(), ..found };
        // Parts that came with it are compiled too, where it uses them.
        for part in closure(&found.compiled, &pool) {
            let Some(Some(used)) = pool.get(&part).filter(|used| used.as_ref().is_some_and(|used| !used.is_compiled())).cloned() else {
                continue;
            };
            let (compiled, _) = one(&part, &used, &pool).map_err(|wrong| refused(wrong, &pool))?;
            pool.insert(part, Some(Found { compiled: compiled.into(), ..used }));
        }
        still_right(&name, &found, &pool).map_err(|wrong| refused(vec![wrong], &pool))?;
        Ok((found, checked, pool))
    })
    .await
}

/// A built-in template compiled. They are part of the program, and a test compiles each: what is wrong with one is a bug.
pub(super) fn sound(name: &str, found: &Found, pool: &Pool) -> Compiled {
    let failed = |wrong: Vec<_>| -> Compiled {
        let paths = BTreeMap::from([(name.to_owned(), format!("{name}: "))]);
        let faults: Vec<Fault> = wrong.into_iter().map(|wrong| placed(wrong, name, &paths, pool)).collect();
        panic!("a built-in template cannot be used: {faults:?}")
    };
    one(name, found, pool).map_or_else(failed, |(compiled, _)| compiled)
}

/// Does work off the threads that serve requests.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| {
        // The blocking pool cancels only while the runtime goes down; a panic goes on here as if there were no pool.
        e.try_into_panic().map_or_else(|_| Err(refusal(StoreError::Closed)), |panic| std::panic::resume_unwind(panic))
    })
}

fn broken_of(users: &BTreeSet<String>, pool: &Pool) -> Vec<(String, String)> {
    let check_one = |name: &String| {
        let found = pool.get(name)?.as_ref()?;
        let broken = sound_whole(name, found, pool, Form::Compiled).err()?;
        Some((name.clone(), broken.to_string()))
    };
    users.iter().filter_map(check_one).collect()
}

fn would_break(user: &str, why: &str) -> Fault {
    let fault = format!("the published template {user:?} uses this and would break: {why}");
    Fault::new("", "template_in_use", fault, "change both in one push, or keep what it needs")
}

/// Has the engine read a template with all its parts. A part is read as whoever includes it has it read.
fn sound_whole(name: &str, found: &Found, pool: &Pool, form: Form) -> Result<Checked, TemplateFault> {
    let mut whole = assemble(name, found, pool, form);
    if found.is_part() {
        let own = whole.html.take().map(|html| (html, true)).or_else(|| whole.text.take().map(|text| (text, false)));
        let Some((body, is_html)) = own else { return Ok(Checked::default()) };
        whole.fill.parts.insert(name.to_owned(), body);
        let quote = if name.contains('"') { '\'' } else { '"' };
        let include = Some(format!("{{% include {quote}{name}{quote} %}}"));
        (whole.html, whole.text) = if is_html { (include, None) } else { (None, include) };
    }
    check(&whole.fill, &whole.subject, whole.text.as_deref(), whole.html.as_deref())
}

/// What is wrong with one template.
enum Wrong {
    Template(TemplateFault),
    /// With its place within the template.
    Fault(Fault),
}

fn one(name: &str, found: &Found, pool: &Pool) -> Result<(Compiled, Checked), Vec<Wrong>> {
    let source = &*found.source;
    for part in &found.compiled.parts {
        if let Some(Some(used)) = pool.get(part)
            && used.source.kind == TemplateKind::Mail
        {
            let fault = format!("{part:?} is a mail, not a part, and cannot be extended or included");
            return Err(vec![Wrong::Fault(Fault::new("variants", "template_is_mail", fault, "put what both use into a part"))]);
        }
    }
    let checked = sound_whole(name, found, pool, Form::Written).map_err(|fault| vec![Wrong::Template(fault)])?;
    let is_whole = !found.is_part() && !found.has_parts();
    let (mut variants, mut faults) = (Vec::with_capacity(source.variants.len()), Vec::new());
    for (i, variant) in source.variants.iter().enumerate() {
        match self::variant(i, variant, source, is_whole) {
            Ok(made) => variants.push(made),
            Err(fault) => faults.push(Wrong::Fault(fault)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let compiled = Compiled { variants, parts: found.compiled.parts.clone() };
    Ok((compiled, checked))
}

/// What was right as it was written is right as it is sent: if not, its author must know. With all parts compiled.
fn still_right(name: &str, found: &Found, pool: &Pool) -> Result<(), Wrong> {
    sound_whole(name, found, pool, Form::Compiled).map(drop).map_err(|fault| {
        let fault = format!("the HTML made of it cannot be used: {fault}");
        Wrong::Fault(Fault::new("variants", "template_markup", fault, "write the tags between whole elements, not across them"))
    })
}

/// One language. `is_whole`: it is a mail that uses no parts.
fn variant(i: usize, variant: &SourceVariant, source: &Source, is_whole: bool) -> Result<CompiledVariant, Fault> {
    let at = |field: &str, wrong: MarkupFault| {
        let MarkupFault { line, column, code, fault, remedy } = wrong;
        Fault::new(format!("variants[{i}].{field}:{line}:{column}"), code, fault, remedy)
    };
    let is_jinja = source.syntax == Syntax::Jinja;
    let html = match (&variant.mjml, &variant.html) {
        // Nothing of it stands in its line afterwards: the tags take their places with them.
        (Some(mjml), _) => {
            // What is wrong is told of the source as it was written.
            let plain = markup::mjml(mjml).map_err(|wrong| at("mjml", wrong))?;
            Some(if is_jinja { markup::mjml(&with_origins(mjml)).unwrap_or(plain) } else { plain })
        }
        (None, html) => html.clone(),
    };
    let inlined = html.as_deref().map(markup::inline_css).transpose().map_err(|wrong| match &variant.mjml {
        // A place in the HTML made of it is none its author knows.
        Some(_) => Fault::new(format!("variants[{i}].mjml"), wrong.code, wrong.fault, wrong.remedy),
        None => at("html", wrong),
    })?;
    let html = match (html, inlined) {
        // What is used with others is finished with them.
        (html, _) if !is_whole => html,
        (Some(html), Some(inlined)) if is_jinja => {
            let label = html_label(if variant.language == source.language { "" } else { &variant.language });
            Some(body(&label, &html, &BTreeMap::new()).unwrap_or(inlined))
        }
        (_, inlined) => inlined,
    };
    let text = match (&variant.text, &html) {
        (None, Some(html)) if is_whole => derive_text(html),
        (text, _) => text.clone(),
    };
    Ok(CompiledVariant { language: variant.language.clone(), subject: variant.subject.clone().unwrap_or_default(), html, text })
}

/// The fault at its author's place.
fn placed(wrong: Wrong, name: &str, paths: &BTreeMap<String, String>, pool: &Pool) -> Fault {
    let own = paths.get(name).map_or("", String::as_str);
    match wrong {
        Wrong::Fault(fault) => Fault { field: format!("{own}{}", fault.field), ..fault },
        Wrong::Template(TemplateFault { part, line, column, code, fault, remedy }) => {
            let source = |name: &str| pool.get(name)?.as_ref().map(|found| found.source.clone());
            let in_own = source(name).and_then(|source| place_in(&source, &part));
            if let Some(place) = in_own {
                return Fault::new(format!("{own}{place}:{line}:{column}"), code, fault, remedy);
            }
            // A part that is pushed with it has the fault at its own place.
            let of_part = paths.get(&part).zip(source(&part)).and_then(|(path, source)| Some(format!("{path}{}", body_of(&source)?)));
            match of_part {
                Some(place) => Fault::new(format!("{place}:{line}:{column}"), code, fault, remedy),
                None => {
                    let fault = format!("in the part {part:?}, line {line}, column {column}: {fault}");
                    Fault::new(format!("{own}variants"), code, fault, remedy)
                }
            }
        }
    }
}

/// Where the engine's word for a text of a template lies in its source: `subject`, `html`, `text (en)`.
fn place_in(source: &Source, part: &str) -> Option<String> {
    let (field, language) =
        part.split_once(" (").map_or((part, source.language.as_str()), |(field, rest)| (field, rest.trim_end_matches(')')));
    let i = source.variants.iter().position(|one| one.language == language)?;
    let field = match field {
        "subject" | "text" => field,
        "html" if source.variants[i].mjml.is_some() => "mjml",
        "html" => field,
        _ => return None,
    };
    Some(format!("variants[{i}].{field}"))
}

fn body_of(source: &Source) -> Option<&'static str> {
    let one = source.variants.first()?;
    let bodies = [("html", &one.html), ("mjml", &one.mjml), ("text", &one.text)];
    bodies.into_iter().find(|(_, body)| body.is_some()).map(|(field, _)| match field {
        "html" => "variants[0].html",
        "mjml" => "variants[0].mjml",
        _ => "variants[0].text",
    })
}

/// Variables used and not described, and the other way round; of a template that describes any.
pub(super) fn warnings(source: &Source, checked: &Checked) -> Vec<Fault> {
    if source.variables.is_empty() || source.kind == TemplateKind::Part {
        return Vec::new();
    }
    let used = names(checked);
    let described: BTreeSet<&str> = source.variables.iter().map(|variable| variable.name.as_str()).collect();
    // What a template hands to a part it includes is known to that part alone.
    let is_free = |name: &&&str| !described.contains(**name) && !OWN.contains(*name) && !assigns(source, name);
    let unknown = used.iter().filter(is_free).map(|name| {
        let fault = format!("the template uses the variable {name:?}, which is not described");
        Fault::new("variables", "undescribed_variable", fault, "describe it, or check its name")
    });
    let unused = described.iter().filter(|name| !used.contains(*name)).map(|name| {
        let fault = format!("the template describes the variable {name:?} and does not use it");
        Fault::new("variables", "unused_variable", fault, "leave it out, or check its name")
    });
    unknown.chain(unused).collect()
}

/// Whether a template gives the variable its value itself: `{% set x = … %}`, `{% include … with x=… %}`.
fn assigns(source: &Source, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let given = |text: &String| {
        text.match_indices(name).any(|(at, _)| {
            let after = text[at + name.len()..].trim_start();
            !text[..at].ends_with(is_word) && after.starts_with('=') && !after.starts_with("==")
        })
    };
    source.variants.iter().flat_map(|one| [&one.html, &one.mjml, &one.text]).flatten().any(given)
}

/// Names of the variables a template uses, without what is within them.
pub(super) fn names(checked: &Checked) -> BTreeSet<&str> {
    checked.variables.iter().chain(&checked.optional).map(|path| path.split(['.', '[']).next().unwrap_or(path)).collect()
}
