//! Labels handed to the provider with each mail.

use super::header::{HeaderFault, shown};

/// The tag that carries our delivery id, so that feedback finds the delivery even if the answer was never seen.
pub const DELIVERY_TAG: &str = "jebi-delivery";
/// Longest name and longest value of a tag (SES, `MessageTag`).
pub const MAX_TAG: usize = 256;

/// Checks a tag: name and value are 1 to [`MAX_TAG`] of `[A-Za-z0-9_-]` (SES, `MessageTag`).
///
/// # Errors
/// Any other character or length, and names that begin with `jebi-`.
pub fn check_tag(name: &str, value: &str) -> Result<(), HeaderFault> {
    for (part, text) in [("name", name), ("value", value)] {
        if text.is_empty() || text.len() > MAX_TAG {
            let fault = format!("a tag's {part} has {} bytes", text.len());
            return Err(HeaderFault::new("tag_length", fault, format!("give 1 to {MAX_TAG}")));
        }
        if let Some(c) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')) {
            let fault = format!("a tag's {part} holds {}", shown(c));
            return Err(HeaderFault::new("tag_character", fault, "use Latin letters, digits, `_` and `-` only: SES takes no others"));
        }
    }
    if name.get(..5).is_some_and(|prefix| prefix.eq_ignore_ascii_case("jebi-")) {
        let fault = format!("the tag `{name}` is this server's");
        return Err(HeaderFault::new("tag_reserved", fault, "choose a name that does not begin with `jebi-`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_what_ses_takes() {
        let code = |name: &str, value: &str| check_tag(name, value).map_or_else(|f| f.code, |()| "ok");
        assert_eq!(code("campaign", "autumn_2025-1"), "ok");
        assert_eq!(code(&"n".repeat(256), &"v".repeat(256)), "ok");
        assert_eq!(code(&"n".repeat(257), "v"), "tag_length");
        assert_eq!(code("n", ""), "tag_length");
        for bad in ["한글", "a.b", "a@b", "a b", "a:b", "a\n"] {
            assert_eq!(code("n", bad), "tag_character", "{bad:?}");
            assert_eq!(code(bad, "v"), "tag_character", "{bad:?}");
        }
        assert_eq!(code(DELIVERY_TAG, "v"), "tag_reserved");
        assert_eq!(code("Jebi-x", "v"), "tag_reserved");
    }
}
