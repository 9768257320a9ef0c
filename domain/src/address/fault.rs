//! The slow path: takes international domains, and says of everything else what is wrong with it.

use super::{
    AddressFault, MAX_ADDRESS, MAX_LABEL, MAX_LOCAL, dots_between,
    hint::{invisible, lone_letter, meant, narrowed},
    shape, top_level,
};

/// Beyond this nothing is looked for any more: it is no address, whatever it holds.
const MAX_LOOKED_AT: usize = 1000;

/// The address, when the fast path only did not know it; else its fault.
pub(super) fn explain(text: &str) -> Result<String, AddressFault> {
    if text.chars().all(|c| c.is_whitespace() || invisible(c)) {
        return Err(fault("address_empty", "the address is empty", "give an address such as name@example.com"));
    }
    if text.len() > MAX_LOOKED_AT {
        return Err(too_long(text.len()));
    }
    around(text)?;
    characters(text)?;
    let Some((local, domain)) = text.split_once('@') else {
        return Err(faulty(text, "no_at", "there is no @ in it", "give an address such as name@example.com"));
    };
    in_local(text, local)?;
    in_domain(text, domain)?;
    let Some(address) = accept(text) else {
        let what = format!("`{domain}` is not a domain name (UTS 46)");
        return Err(faulty(text, "domain_invalid", what, "check the spelling of the part after the @"));
    };
    Ok(address)
}

/// The address in its envelope form, if it is one; says nothing about why not.
pub(super) fn accept(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let address = format!("{local}@{ascii}");
    shape(address.as_bytes()).map(|_| address)
}

/// What stands around or between addresses.
fn around(text: &str) -> Result<(), AddressFault> {
    if let Some(c) = text.chars().find(|c| lone_letter(*c)) {
        let what = format!("it holds the Hangul letter {}: it was typed with the Korean input method on", shown(c));
        return Err(faulty(text, "hangul_typed", what, "type the address again with the input method off"));
    }
    if text.trim_start().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        return Err(faulty(text, "mailto", "it begins with `mailto:`, which belongs to links", "give the address alone"));
    }
    let ats = text.chars().filter(|c| matches!(c, '@' | '\u{ff20}' | '\u{fe6b}')).count();
    if ats > 1 && text.contains([',', ';', ' ', '\t', '\r', '\n', '\u{a0}', '\u{3000}', '\u{3001}']) {
        let what = format!("it holds {ats} addresses");
        return Err(fault("several_addresses", what, "give each address as an entry of its own"));
    }
    if text.contains(['<', '>']) {
        let what = "it holds a display name or angle brackets";
        return Err(faulty(text, "display_name", what, "give the address alone, and the name in the field for names"));
    }
    if ats > 1 {
        return Err(fault("several_at", format!("it has {ats} @ signs"), "an address has exactly one: check which one is meant"));
    }
    Ok(())
}

/// Characters no address has anywhere.
fn characters(text: &str) -> Result<(), AddressFault> {
    let blank = |c: char| c.is_whitespace() || invisible(c);
    if let Some(c) = text.chars().find(|c| c.is_control() && !c.is_whitespace()) {
        return Err(faulty(text, "control_character", format!("it holds the control character {}", shown(c)), "remove it"));
    }
    for (c, place) in [(text.chars().next(), "begins"), (text.chars().next_back(), "ends")] {
        if let Some(c) = c.filter(|c| blank(*c)) {
            let what = format!("it {place} with {}", shown(c));
            return Err(faulty(text, if invisible(c) { "invisible_character" } else { "space" }, what, "remove it"));
        }
    }
    if let Some(c) = text.chars().find(|c| blank(*c)) {
        let what = format!("it holds {}", shown(c));
        return Err(faulty(text, if invisible(c) { "invisible_character" } else { "space" }, what, "remove it"));
    }
    if let Some((c, narrow)) = text.chars().find_map(|c| narrowed(c).map(|n| (c, n))) {
        let what = format!("it holds the full-width character {}", shown(c));
        return Err(faulty(text, "full_width", what, format!("type the ordinary `{narrow}`")));
    }
    if let Some(c) = text.chars().next_back().filter(|c| matches!(c, ',' | ';' | ':' | '.')) {
        return Err(faulty(text, "trailing_punctuation", format!("it ends with `{c}`"), "remove it"));
    }
    if let Some(c) = text.chars().find(|c| matches!(c, ',' | ';')) {
        return Err(faulty(
            text,
            "separator",
            format!("it holds a `{c}`"),
            "write a dot there, or give each address as an entry of its own",
        ));
    }
    if text.contains('"') {
        let remedy = "give an address without quotation marks; quoted local parts are not taken";
        return Err(faulty(text, "quoted_local_part", "it holds quotation marks", remedy));
    }
    Ok(())
}

fn in_local(text: &str, local: &str) -> Result<(), AddressFault> {
    if local.is_empty() {
        return Err(fault("local_empty", "nothing stands before the @", "give an address such as name@example.com"));
    }
    if let Some(c) = local.chars().find(|c| !c.is_ascii()) {
        let what = format!("the part before the @ holds {}, and providers take only ASCII there", shown(c));
        return Err(faulty(text, "non_ascii_local_part", what, "ask for an address written in Latin letters"));
    }
    if local.len() > MAX_LOCAL {
        let what = format!("the part before the @ has {} bytes", local.len());
        return Err(fault("local_too_long", what, format!("at most {MAX_LOCAL} are possible (RFC 5321): check the address")));
    }
    if !dots_between(local.as_bytes()) {
        let what = "the part before the @ begins or ends with a dot, or has two in a row";
        return Err(fault("dots", what, "ask for another address: receivers and providers refuse this one (RFC 5321)"));
    }
    if let Some(c) = local.bytes().find(|b| !super::LOCAL[usize::from(*b)]) {
        let what = format!("the part before the @ holds `{}`", char::from(c));
        return Err(faulty(text, "local_character", what, "remove it"));
    }
    Ok(())
}

fn in_domain(text: &str, domain: &str) -> Result<(), AddressFault> {
    if domain.is_empty() {
        return Err(fault("domain_empty", "nothing stands after the @", "give an address such as name@example.com"));
    }
    if domain.starts_with('[') {
        let what = "an IP address stands after the @";
        return Err(fault("address_literal", what, "give the domain's name; address literals are not taken"));
    }
    if let Some(c) = domain.chars().find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')) {
        let what = format!("the domain holds `{c}`");
        return Err(faulty(text, "domain_character", what, "a domain has letters, digits, hyphens and dots only"));
    }
    for label in domain.split('.') {
        if label.is_empty() {
            let what = "the domain begins with a dot or has two in a row";
            return Err(faulty(text, "domain_dots", what, "remove the dot that is too many"));
        }
        if label.len() > MAX_LABEL && label.is_ascii() {
            let what = format!("a label of the domain has {} bytes", label.len());
            return Err(fault("label_too_long", what, format!("at most {MAX_LABEL} are possible: check the domain")));
        }
        if label.starts_with('-') || label.ends_with('-') {
            let what = format!("the label `{label}` of the domain begins or ends with a hyphen");
            return Err(faulty(text, "domain_hyphen", what, "check the spelling of the part after the @"));
        }
    }
    let Some((_, last)) = domain.rsplit_once('.') else {
        let what = format!("the domain `{domain}` has no dot");
        return Err(fault("top_level_missing", what, "give the whole domain, such as example.com"));
    };
    if last.is_ascii() && !top_level(last.as_bytes()) {
        let what = format!("the domain ends with `.{last}`, which is no top level domain");
        return Err(faulty(text, "top_level", what, "it must end with two letters or more, such as .com or .kr"));
    }
    // The limits hold for the A-label form, so an international domain is measured as it will travel.
    let length = idna::domain_to_ascii(domain).map_or(domain.len(), |ascii| ascii.len()) + text.len() - domain.len();
    if length > MAX_ADDRESS {
        return Err(too_long(length));
    }
    Ok(())
}

fn too_long(length: usize) -> AddressFault {
    let remedy = format!("at most {MAX_ADDRESS} are possible (RFC 5321): check that it is one address");
    fault("address_too_long", format!("it has {length} bytes"), remedy)
}

fn fault(code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> AddressFault {
    AddressFault { code, fault: fault.into(), remedy: remedy.into() }
}

/// A fault whose remedy is the address that was probably meant, where there is one.
fn faulty(text: &str, code: &'static str, what: impl Into<String>, otherwise: impl Into<String>) -> AddressFault {
    let otherwise = otherwise.into();
    let remedy = match meant(text) {
        Some(address) => format!("{otherwise}; if `{address}` is meant, send that"),
        None => otherwise,
    };
    fault(code, what, remedy)
}

/// A character by its code point, and by itself or its name.
fn shown(c: char) -> String {
    let code = format!("{:04X}", u32::from(c));
    let name = match c {
        ' ' => "a space",
        '\t' => "a tab",
        '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break",
        '\u{a0}' => "a no-break space",
        '\u{3000}' => "a full-width space",
        '\u{200b}' => "a zero width space",
        '\u{feff}' => "a byte order mark",
        c if c.is_whitespace() || invisible(c) || c.is_control() => "an invisible character",
        c => return format!("`{c}` (U+{code})"),
    };
    format!("{name} (U+{code})")
}
