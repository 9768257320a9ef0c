//! Names in the environment that are not keys: other programs', those of later releases, and misspelt ones.

use super::{
    Account, Fault, Profile, ProviderConfig, ProviderKind, Sending, all_keys,
    key::{Key, Origin},
    language,
    layers::Layers,
    log,
    profile::PROFILE_NAME,
    providers,
    sources::FILE_NAME,
};

/// Names the documents we follow use for other programs, or for parts Jebi does not have; listed in one notice.
const FOREIGN: &[&str] =
    &["ALLOWED_HOSTS", "DEBUG", "EMAIL_BACKEND", "EMAIL_VERIFICATION_TIMEOUT_DAYS", "FRONTEND_URL", "REDIS_URL", "SECRET_KEY"];

/// The same, by how they begin.
const FOREIGN_PREFIXES: &[&str] = &["CELERY_", "DB_"];

/// A sender and a login.
const SMTP_USER: &str = "SMTP_USER";

/// Set by tests; a release build reads none of them.
const TEST_PREFIX: &str = "JEBI_TEST_";

/// Whether a name is one of ours: a value must be right.
pub(super) fn is_ours(name: &str) -> bool {
    matches!(name, FILE_NAME | PROFILE_NAME | language::NAME) || is_key(name)
}

fn is_key(name: &str) -> bool {
    let base = name.strip_suffix("_FILE");
    all_keys().any(|key| key.names.contains(&name) || (key.secret && base.is_some_and(|base| key.names.contains(&base))))
}

/// Whether the documents use it for something Jebi does not have.
pub(super) fn is_foreign(name: &str) -> bool {
    name == SMTP_USER || FOREIGN.contains(&name) || FOREIGN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a name's value counts for its key: `SMTP_USER` is a sender only where it is an address, for many servers' user
/// names are not.
pub(super) fn counts(key: &Key, name: &str, value: &str) -> bool {
    name != SMTP_USER || key.section() == "smtp" || value.contains('@')
}

/// `JEBI_` is our own prefix, so what we do not know there is a mistake.
pub(super) fn unknown_jebi_names<'a>(names: impl Iterator<Item = &'a String>, of_providers: &[String]) -> Vec<Fault> {
    let known: Vec<&str> = all_keys().flat_map(|key| key.names).copied().chain([FILE_NAME, PROFILE_NAME, language::NAME]).collect();
    let known: Vec<&str> = known.into_iter().chain(of_providers.iter().map(String::as_str)).collect();
    names
        .filter(|name| name.starts_with("JEBI_") && !name.starts_with(TEST_PREFIX) && !is_ours(name))
        .filter(|name| !of_providers.contains(name))
        .map(|name| Fault::new(name, "is not a name Jebi knows", remedy(name, &known)))
        .collect()
}

/// The names in the environment of a named provider's keys.
pub(super) fn of_provider(provider: &str) -> Vec<String> {
    let names = |key: &Key| {
        let name = providers::env_name(provider, key.last());
        [Some(name.clone()), key.secret.then(|| format!("{name}_FILE"))]
    };
    providers::named_keys().flat_map(names).flatten().collect()
}

/// A path in a file or flag that is no key.
pub(super) fn unknown_path(written: &str) -> Fault {
    let known: Vec<&str> = all_keys().map(|key| key.path).collect();
    let path = written.strip_prefix("--set ").unwrap_or(written);
    if let Some((name, last)) = path.strip_prefix("providers.").and_then(|rest| rest.split_once('.')) {
        let known: Vec<&str> = providers::named_keys().map(Key::last).collect();
        let near = known.iter().map(|k| (distance(last, k), k)).min().filter(|(d, _)| *d <= 1 + last.len() / 5);
        let remedy = near.map_or_else(
            || "remove it; `jebi config --defaults` shows every key".to_owned(),
            |(_, key)| did_you_mean(&format!("providers.{name}.{key}")),
        );
        return Fault::new(written, "is not a key Jebi knows", remedy);
    }
    // A key written outside its section.
    let homeless = known.iter().find(|known| known.split_once('.').is_some_and(|(_, key)| key == path));
    let remedy = homeless.map_or_else(|| remedy(path, &known), |known| did_you_mean(known));
    Fault::new(written, "is not a key Jebi knows", remedy)
}

fn remedy(given: &str, known: &[&str]) -> String {
    let near = known.iter().map(|k| (distance(given, k), k)).min().filter(|(d, _)| *d <= 1 + given.len() / 5);
    match near {
        Some((_, name)) => did_you_mean(name),
        None => "remove it; `jebi config --defaults` shows every key".to_owned(),
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean {name}?")
}

/// Levenshtein distance in bytes, upper and lower case alike; both texts are short.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(!x.eq_ignore_ascii_case(&y));
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// That an account is taken for a known service, with its limit.
fn service(provider: &ProviderConfig) -> Option<String> {
    let Account::Smtp(smtp) = &provider.account else { return None };
    let daily = smtp.limits.daily_limit.map_or_else(|| "no daily limit".to_owned(), |n| format!("{n} recipients a day"));
    let (name, service) = (&provider.name, smtp.service?);
    Some(format!("{name} is taken for {service} ({daily}); `jebi config --defaults` shows how to change what is known of it"))
}

/// What is worth knowing at start.
pub(super) fn notices(layers: &Layers, sending: &Sending, all: &[ProviderConfig], profile: Option<&Profile>) -> Vec<String> {
    let mut notices = vec![match layers.providers() {
        [] => format!("mail goes through {}, because {}", sending.provider, sending.provider_reason),
        names => format!("mail goes through {}, by its sender", names.join(", ")),
    }];
    if let Some(profile) = profile {
        let files = [
            profile.file.as_ref().map(|file| file.path.display().to_string()),
            profile.dotenv.as_ref().map(|_| format!(".env.{}", profile.name)),
        ];
        let files: Vec<String> = files.into_iter().flatten().collect();
        notices.push(format!("the profile {} is in force ({PROFILE_NAME}): {} over the others", profile.name, files.join(" and ")));
    }
    notices.extend(all.iter().filter_map(service));
    if let Some(dsn) = layers.get(&log::SENTRY).filter(|_| !cfg!(feature = "sentry")) {
        notices
            .push(format!("{} is set, but this build has no Sentry, so nothing is reported; build it with --features sentry", dsn.written));
    }
    notices.extend(layers.notices.iter().cloned());
    let kinds: Vec<ProviderKind> = if layers.providers().is_empty() { all.iter().map(|p| p.account.kind()).collect() } else { Vec::new() };
    let unused = layers.env_names().filter(|(name, dotenv)| is_unused(layers, name, *dotenv, &kinds)).map(|(name, _)| name);
    let unused: Vec<&str> = unused.collect();
    if !unused.is_empty() {
        notices.push(format!("set, but not used by Jebi: {}", unused.join(", ")));
    }
    notices
}

/// Names of the AWS SDK in `.env`: it reads the real environment only.
pub(super) fn unseen_by_aws(layers: &Layers) -> Vec<&str> {
    layers.env_names().filter(|(name, dotenv)| *dotenv && name.starts_with("AWS_") && !is_key(name)).map(|(name, _)| name).collect()
}

/// In `.env` everything that is no key of ours; elsewhere only what the documents name, and what is for a provider that is not used.
fn is_unused(layers: &Layers, name: &str, dotenv: bool, kinds: &[ProviderKind]) -> bool {
    if name.starts_with("JEBI_") || name.starts_with("AWS_") {
        return false;
    }
    let mut keys = all_keys().filter(|key| key.names.contains(&name)).peekable();
    if keys.peek().is_none() {
        return dotenv || is_foreign(name);
    }
    !keys.any(|key| match key.section() {
        "smtp" => kinds.contains(&ProviderKind::Smtp),
        // A user name of an SMTP server may be the sender as well.
        _ => name != SMTP_USER || layers.get(key).is_some_and(|e| e.written == name && e.origin != Origin::Flag),
    })
}
