//! The language a page is shown in.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// A language the pages have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Korean,
    English,
}

impl Language {
    /// Its tag (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    /// What the browser likes best of what there is (RFC 9110 section 12.5.4); English where it says nothing.
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut best = (0.0, Self::English);
        for range in asked.flat_map(|value| value.split(',')) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
            let language = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "ko" => Self::Korean,
                "en" => Self::English,
                _ => continue,
            };
            if let Some(weight) = weight.filter(|weight| *weight > best.0) {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Korean};

    #[test]
    fn the_best_liked_language_there_is_is_taken() {
        for (asked, language) in [
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Korean),
            ("en-US,en;q=0.9,ko;q=0.8", English),
            ("fr-FR, ko;q=0.5, en;q=0.4", Korean),
            ("KO", Korean),
            ("ko;q=0, en;q=0.1", English),
            ("ko;q=x", English),
            ("ja", English),
            ("", English),
        ] {
            let headers = [(axum::http::header::ACCEPT_LANGUAGE, asked.parse().expect("a value"))].into_iter().collect();
            assert_eq!(Language::of(&headers), language, "{asked}");
        }
    }
}
