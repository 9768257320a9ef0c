//! File names fit to be shown and saved: what a sender wrote may hold paths, line breaks, or characters that turn the reading
//! direction so that `fdp.exe` looks like `exe.pdf`.

/// Longest kept, in characters; the end of the name stays.
const LONGEST: usize = 120;

/// The name without what could deceive; by the attachment's place in the list where nothing is left.
pub(super) fn safe(given: &str, place: usize) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or(given);
    let kept: String =
        base.chars().filter(|c| !c.is_control() && !is_invisible(*c) && !matches!(c, '"' | '<' | '>' | '|' | '?' | '*' | ':')).collect();
    let kept = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if kept.is_empty() {
        return format!("attachment-{}", place + 1);
    }
    let over = kept.chars().count().saturating_sub(LONGEST);
    kept.chars().skip(over).collect()
}

/// Characters that change how others are read and show nothing themselves (Unicode Cf, as far as they matter in names).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_lose_what_could_deceive_and_korean_stays() {
        for (given, kept) in [
            ("2026년 견적서.pdf", "2026년 견적서.pdf"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            ("../../etc/passwd", "passwd"),
            (r"C:\temp\a.txt", "a.txt"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie x"),
            (".bashrc", "bashrc"),
            ("...", "attachment-3"),
            ("", "attachment-3"),
            ("a\"; filename=\"b.exe", "a; filename=b.exe"),
        ] {
            assert_eq!(safe(given, 2), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let name = safe(&format!("{}.pdf", "가".repeat(500)), 0);
        assert!(name.chars().count() == 120 && name.ends_with("가.pdf"), "{name}");
    }
}
