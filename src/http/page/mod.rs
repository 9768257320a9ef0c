//! Pages for people, with everything they need inside the program.

pub mod click;
mod frame;
pub mod inbox;
pub mod preferences;
pub mod unsubscribe;

/// For the text of a page and for attributes in double quotation marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
