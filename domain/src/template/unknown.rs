//! Words of other template languages, and what to write instead.

use super::{expr::Parser, fault::Slip};

/// Django's libraries whose tags and filters are here anyway.
pub(super) fn load(parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
    while !parser.done() {
        let at = parser.at();
        let name = parser.name("the name of a library")?;
        if !["humanize", "i18n", "l10n", "static", "tz", "cache"].contains(&name) {
            let remedy = "remove the tag; filters that are missing have to be given as variables";
            return Err(Slip::new(at, "template_tag", format!("there is no library `{name}`"), remedy));
        }
    }
    Ok(())
}

/// There is no such tag.
pub(super) fn unknown(word: &str, at: usize) -> Slip {
    let remedy = match word {
        "url" => "give the whole link as a variable, with `https://`",
        "static" | "get_static_prefix" | "media" => "give the picture's whole address, or attach it and write `cid:…`",
        "csrf_token" => "remove it: a mail has no form to protect",
        "now" => "give the time as a variable and write `{{ time|date:\"Y-m-d\" }}`: a resend has to have the same text",
        "trans" | "translate" | "blocktrans" | "blocktranslate" => "write one variant of the template for each language",
        "macro" | "call" | "import" | "from" => "write a part and `{% include \"…\" with name=value %}`",
        "filter" | "spaceless" | "firstof" | "regroup" | "widthratio" | "ifchanged" => "use a filter or `if` in its place",
        "do" | "break" | "continue" | "debug" | "lorem" => "remove it",
        "ifequal" | "ifnotequal" => "write `{% if a == b %}`",
        "endcomment" | "endraw" | "endverbatim" => "nothing of that kind is open: remove it",
        _ => "there are if, for, block, extends, include, set, with, autoescape, cycle, comment and raw",
    };
    Slip::new(at, "template_tag", format!("there is no tag `{word}`"), remedy)
}
