//! Pages for people, with everything they need inside the program.

mod frame;
pub mod click;
pub mod inbox;
pub mod preferences;
pub mod unsubscribe;

/// For the text of a page and for attributes in double quotation marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
