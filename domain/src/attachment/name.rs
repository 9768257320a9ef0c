//! Names of files: shown to recipients, and used by their programs to keep the file under.

use unicode_normalization::UnicodeNormalization;

use super::fault;
use crate::refusal::Fault;

/// Longest name, in characters: what Windows and macOS keep.
pub const MAX_NAME: usize = 255;

/// A name as it is sent: NFC, since macOS writes Hangul in pieces (NFD) that others show as pieces.
///
/// # Errors
/// No name, parts of a path, a character that is not shown or turns the direction of writing around (U+202E makes `gpj.exe` of
/// `exe.jpg`), an end that Windows drops, or too many characters.
pub fn check_name(given: &str) -> Result<String, Fault> {
    if given.trim().is_empty() {
        return Err(fault("missing_file_name", "the file has no name", "give it one with an ending, such as 견적서.pdf"));
    }
    let name: String = given.nfc().collect();
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        let told = format!("the file name {} has parts of a path", shown(&name));
        return Err(fault("file_name_path", told, "give the name alone, without folders"));
    }
    if let Some(c) = name.chars().find(|c| is_unseen(*c)) {
        let told = format!("the file name {} holds the character U+{:04X}, which is not seen", shown(&name), c as u32);
        return Err(fault("file_name_character", told, "take it out"));
    }
    if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) || name.ends_with('.') {
        let told = format!("the file name {} begins or ends with a space, or ends with a dot", shown(&name));
        return Err(fault("file_name_character", told, "take it out: some systems drop it, and the name becomes another"));
    }
    let length = name.chars().count();
    if length > MAX_NAME {
        let told = format!("the file name {} has {length} characters", shown(&name));
        return Err(fault("file_name_too_long", told, format!("at most {MAX_NAME} are possible: shorten it")));
    }
    Ok(name)
}

/// The ending of a name, without its dot and in lower case.
#[must_use]
pub fn ending(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let is_one = !stem.is_empty() && !ending.is_empty();
    is_one.then(|| ending.to_lowercase())
}

/// Controls, line and paragraph separators, marks of the direction of writing, and characters without width. The joiners of emoji and of
/// Indic and Arabic writing stay.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
                ..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// The beginning of a name that cannot be trusted, on one line.
fn shown(name: &str) -> String {
    let clean: String = name.chars().take(80).map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect();
    if name.chars().nth(80).is_some() { format!("{clean:?}…") } else { format!("{clean:?}") }
}
