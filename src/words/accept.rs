//! `Accept-Language` (RFC 9110 section 12.5.4).

use super::Language;

/// How much a language is wanted: its weight in thousandths, and how early it was named (more is earlier).
type Wish = (u16, u16);

/// A list longer than this is not read to its end.
const MAX_RANGES: u16 = 100;

/// Of two equal wishes the one named first counts; where neither is named, or both equally by `*`, English does.
pub(super) fn best<'a>(headers: impl Iterator<Item = &'a str>) -> Language {
    let (mut english, mut korean, mut any) = (None, None, None);
    for (range, early) in headers.flat_map(|header| header.split(',')).zip((0..MAX_RANGES).rev()) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let wish = match tag.trim() {
            "*" => &mut any,
            tag => match Language::named(tag) {
                Some(Language::English) => &mut english,
                Some(Language::Korean) => &mut korean,
                None => continue,
            },
        };
        let Some(weight) = weight(parameters) else { continue };
        *wish = (*wish).max(Some((weight, early)));
    }
    let wanted = |own: Option<Wish>| own.or(any).unwrap_or_default();
    let (english, korean) = (wanted(english), wanted(korean));
    if korean.0 > 0 && korean > english { Language::Korean } else { Language::English }
}

/// `q=0.8` in thousandths; 1000 without one. `None` for one that cannot be read: its range is left out.
fn weight(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(1000);
    }
    let (name, value) = parameters.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Language {
        best([header].into_iter())
    }

    #[test]
    fn korean_is_taken_where_it_is_liked_best() {
        for header in
            ["ko", "ko-KR", "KO-kr,en;q=0.9", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "fr, ko;q=0.1", "en;q=0.5,ko;q=0.501", "ko,en"]
        {
            assert_eq!(of(header), Language::Korean, "{header}");
        }
    }

    #[test]
    fn english_is_taken_otherwise() {
        for header in ["", "en", "fr", "*", "en,ko", "en-GB,ko;q=0.9", "ko;q=0", "ko;q=0.4,*;q=0.5", "ko;q=2", "ko;q=x", "kok", ",;,="] {
            assert_eq!(of(header), Language::English, "{header}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        assert_eq!(best(["en;q=0.3", "ko;q=0.4"].into_iter()), Language::Korean);
        assert_eq!(best([].into_iter()), Language::English);
    }
}
