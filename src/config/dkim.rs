//! Keys for mail an SMTP server does not sign: their domain, and each key's selector and file.

use std::{fs, io, os::unix::fs::PermissionsExt, path::PathBuf};

use super::{
    Account, ProviderConfig, Secret,
    key::Key,
    parse::shown,
    reader::{Bad, Reader},
    smtp::is_name,
};

pub(super) const DOMAIN: Key = Key::new("smtp.dkim_domain", &["JEBI_SMTP_DKIM_DOMAIN"]);
pub(super) const KEYS: Key = Key::new("smtp.dkim_keys", &["JEBI_SMTP_DKIM_KEYS"]);

const PAIRS: &str = "write a selector and a file for each key, such as s1=/etc/jebi/dkim-s1.pem, with commas between keys";
const FILE: &str = "name a PEM file with a private key; jebi dkim new makes one";

/// What an account's mail is signed with.
#[derive(Clone, Debug, PartialEq)]
pub struct Dkim {
    /// In ASCII and lower case.
    pub domain: String,
    /// At least one.
    pub keys: Vec<DkimKey>,
}

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct DkimKey {
    pub selector: String,
    pub pem: Secret,
    /// The file, where everybody on this machine may read it.
    open: Option<PathBuf>,
}

/// `None` is a fault, noted. `signs` says why the service has no use for keys.
pub(super) fn read(r: &mut Reader, signs: Option<&str>) -> Option<Option<Dkim>> {
    let domain = r.may(&DOMAIN, domain);
    let keys = r.may(&KEYS, keys);
    match (domain?, keys?) {
        (None, None) => Some(None),
        (Some(domain), Some(keys)) => match signs {
            None => Some(Some(Dkim { domain, keys })),
            Some(why) => refuse(r, &KEYS, why.to_owned(), "leave it out, with dkim_domain"),
        },
        (Some(_), None) => half(r, &DOMAIN, &KEYS),
        (None, Some(_)) => half(r, &KEYS, &DOMAIN),
    }
}

/// Files that more than the server's own user may read.
pub(super) fn warnings(providers: &[ProviderConfig]) -> impl Iterator<Item = String> {
    let keys = providers.iter().filter_map(|p| if let Account::Smtp(smtp) = &p.account { smtp.dkim.as_ref() } else { None });
    keys.flat_map(|dkim| &dkim.keys).filter_map(|key| {
        let path = key.open.as_ref()?;
        Some(format!(
            "{}: everybody on this machine may read this private key; chmod 600 it, or 640 for a group of its own",
            path.display()
        ))
    })
}

fn half<T>(r: &mut Reader, key: &Key, other: &Key) -> Option<T> {
    let fault = format!("is set without {}", r.name_of(other));
    refuse(r, key, fault, "set both, or neither for a server that signs mail itself")
}

fn refuse<T>(r: &mut Reader, key: &Key, fault: String, remedy: &str) -> Option<T> {
    let written = r.written(key);
    r.refuse(written, Bad::new(fault, remedy));
    None
}

/// The domain and the selector of a key to be made, in lower case.
///
/// # Errors
/// Which of them is none, and what to write.
pub fn dkim_place(domain_text: &str, selector_text: &str) -> Result<(String, String), String> {
    let told = |flag: &str, bad: &Bad| format!("{flag}: {}; {}", bad.fault, bad.remedy);
    let domain = domain(domain_text).map_err(|bad| told("--domain", &bad))?;
    Ok((domain, selector(selector_text).map_err(|bad| told("--selector", &bad))?))
}

fn selector(text: &str) -> Result<String, Bad> {
    let text = text.trim();
    if is_name(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let remedy = "write the name the key has in the DNS before ._domainkey: letters, digits, - and dots";
    Err(Bad::new(format!("{} is not a selector", shown(text)), remedy))
}

fn domain(text: &str) -> Result<String, Bad> {
    let text = text.trim();
    if is_name(text) && text.contains('.') {
        return Ok(text.to_ascii_lowercase());
    }
    let remedy = "write the part of the senders' addresses after the @, such as example.com, in ASCII";
    Err(Bad::new(format!("{} is not a domain", shown(text)), remedy))
}

fn keys(text: &str) -> Result<Vec<DkimKey>, Bad> {
    let mut keys: Vec<DkimKey> = Vec::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let key = key(pair)?;
        if keys.iter().any(|other| other.selector == key.selector) {
            return Err(Bad::new(format!("names the selector {} twice", shown(&key.selector)), PAIRS));
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(Bad::new("names no key", PAIRS)) } else { Ok(keys) }
}

fn key(pair: &str) -> Result<DkimKey, Bad> {
    let Some((selector, path)) = pair.split_once('=') else {
        return Err(Bad::new(format!("{} has no = between a selector and a file", shown(pair)), PAIRS));
    };
    let (selector, path) = (self::selector(selector)?, path.trim());
    let (pem, mode) = open(path).map_err(|e| Bad::new(format!("{} cannot be read: {e}", shown(path)), FILE))?;
    // "ENCRYPTED PRIVATE KEY" of PKCS #8, and the headers of RFC 1421.
    if pem.contains("ENCRYPTED") {
        let remedy = "write it anew without a passphrase: openssl pkey -in FILE -out FILE";
        return Err(Bad::new(format!("{} holds a private key that is encrypted", shown(path)), remedy));
    }
    if !pem.contains("PRIVATE KEY-----") {
        return Err(Bad::new(format!("{} holds no private key", shown(path)), FILE));
    }
    let open = (mode & 0o007 != 0).then(|| path.into());
    Ok(DkimKey { selector, pem: Secret::new(pem), open })
}

fn open(path: &str) -> io::Result<(String, u32)> {
    Ok((fs::read_to_string(path)?, fs::metadata(path)?.permissions().mode()))
}
