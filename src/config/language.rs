//! `JEBI_LANG`: the language of the start-up and of commands. It is wanted before any file is read, so it is no key of the
//! configuration but a name in the environment alone, `.env` included.

use std::collections::BTreeMap;

use super::{
    dotenv,
    parse::shown,
    reader::{Bad, Reader},
};
use crate::words::Language;

/// Its name.
pub(super) const NAME: &str = "JEBI_LANG";

/// What says it where `JEBI_LANG` does not; the first that is set counts (POSIX, Environment Variables, `LC_MESSAGES`).
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// English where nothing, or nothing known, is said. A wrong `JEBI_LANG` is told by [`check`].
pub(super) fn choose(env: &BTreeMap<String, String>, dotenv: Option<&str>) -> Language {
    let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).cloned();
    let written = || dotenv::parse(dotenv?, ".env").0.into_iter().rfind(|line| line.name == NAME).map(|line| line.value);
    let given = set(NAME).or_else(|| written().filter(|value| !value.is_empty()));
    let given = given.or_else(|| LOCALE.into_iter().find_map(set));
    given.and_then(|name| Language::named(&name)).unwrap_or_default()
}

/// Refuses a language there are no texts in.
pub(super) fn check(reader: &mut Reader) {
    if let Some(given) = reader.layers.env(NAME).filter(|given| !given.is_empty() && Language::named(given).is_none()) {
        let bad = Bad::new(format!("{} is not a language Jebi speaks", shown(given)), "write en or ko");
        reader.refuse(NAME, bad);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(env: &[(&str, &str)], dotenv: Option<&str>) -> Language {
        choose(&env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), dotenv)
    }

    #[test]
    fn our_own_name_counts_before_the_locale() {
        assert_eq!(of(&[("JEBI_LANG", "ko"), ("LC_ALL", "en_US.UTF-8")], None), Language::Korean);
        assert_eq!(of(&[("JEBI_LANG", "en"), ("LANG", "ko_KR.UTF-8")], Some("JEBI_LANG=ko")), Language::English);
        assert_eq!(of(&[("LANG", "en_US.UTF-8")], Some("JEBI_LANG=ko")), Language::Korean);
    }

    #[test]
    fn of_the_locale_the_first_that_is_set_counts() {
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8")], None), Language::Korean);
        assert_eq!(of(&[("LC_ALL", ""), ("LC_MESSAGES", "ko"), ("LANG", "en")], None), Language::Korean);
        assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "ko")], None), Language::English);
        assert_eq!(of(&[], None), Language::English);
    }
}
