//! Names of templates and tags of languages.

use crate::refusal::Fault;

/// Longest name of a template, in characters.
pub const MAX_NAME: usize = 200;
/// Longest tag of a language, in bytes (RFC 5646, 4.4.1).
const MAX_LANGUAGE: usize = 35;

/// Checks a template's name: such as `welcome` or `emails/base.html`. It may be a path in a folder of files, so no part of it may be
/// empty, `.` or `..`.
///
/// # Errors
/// A fault of `field`.
pub fn check_name(field: &str, name: &str) -> Result<(), Fault> {
    let fits = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(|c| c.is_control() || c == '\\');
    if fits && name.split('/').all(|part| !matches!(part.trim(), "" | "." | "..") && part.trim() == part) {
        return Ok(());
    }
    let fault = format!(
        "a template's name has 1 to {MAX_NAME} characters, no control characters and no backslash, and no empty part between slashes"
    );
    Err(Fault::new(field, "invalid_template_name", fault, "give a name such as welcome or emails/base.html"))
}

/// Checks the tag of a language: its form only (RFC 5646), as `ko`, `en-US`, `zh-Hant`.
///
/// # Errors
/// A fault of `field`.
pub fn check_language(field: &str, tag: &str) -> Result<(), Fault> {
    let mut parts = tag.split('-');
    let primary = parts.next().is_some_and(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if primary && rest && tag.len() <= MAX_LANGUAGE {
        return Ok(());
    }
    let fault = format!("{tag:?} is not a language tag");
    Err(Fault::new(field, "invalid_language", fault, "give a tag such as ko, en or en-US (BCP 47)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_without_tricks() {
        for good in ["welcome", "emails/base.html", "환영", "a b", "v1.2", &"가".repeat(MAX_NAME)] {
            assert_eq!(check_name("name", good), Ok(()), "{good}");
        }
        for bad in ["", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", "a\nb", "a\\b", " a", "a /b", &"가".repeat(MAX_NAME + 1)] {
            assert!(check_name("name", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn languages_have_the_form_of_tags() {
        for good in ["ko", "en", "en-US", "zh-Hant-TW", "de-CH-1996"] {
            assert_eq!(check_language("language", good), Ok(()), "{good}");
        }
        for bad in ["", "k", "한국어", "ko_KR", "ko-", "-ko", "korean-language-much-too-long-for-a-tag", "1a", "ko\n"] {
            assert!(check_language("language", bad).is_err(), "{bad:?}");
        }
    }
}
