//! What a file is, by its bytes (requirement S0-8). Only what is certain counts: two letters that a text may begin with as well prove
//! nothing.

use jebi_domain::attachment::Recognised;

/// Bytes at the beginning that have no control characters: it is a text.
const TEXT: usize = 512;
/// What an OLE container begins with ([MS-CFB] section 2.2).
const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// How `CLSID_MsiPackage`, a transform and a patch begin, as they are stored; the rest is the same for all.
const INSTALLERS: [u8; 3] = [0x84, 0x82, 0x86];
const INSTALLER_REST: [u8; 15] = [0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// A Windows shortcut: the length of its head, and its class ([MS-SHLLINK] section 2.1).
const SHORTCUT: [u8; 20] = [0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// Looks at a file as it comes by.
#[derive(Default)]
pub(super) struct Recogniser {
    seen: Option<Recognised>,
    /// Where an OLE container says what it is for.
    class_at: Option<u64>,
}

impl Recogniser {
    /// The next piece, which begins at byte `from`. The first one has what is needed, but for OLE containers; the place these are known by
    /// never lies across two pieces.
    pub fn see(&mut self, from: u64, piece: &[u8]) {
        if from == 0 {
            self.seen = Some(head(piece));
            self.class_at = class_at(piece);
        }
        let within = self.class_at.and_then(|at| usize::try_from(at.checked_sub(from)?).ok());
        let class = within.and_then(|at| piece.get(at..at.checked_add(16)?));
        if class.is_some_and(|class| INSTALLERS.contains(&class[0]) && class[1..] == INSTALLER_REST) {
            self.seen = Some(Recognised::Program("Windows Installer"));
        }
    }

    /// What it is, by what came so far.
    pub fn seen(&self) -> &Recognised {
        self.seen.as_ref().unwrap_or(&Recognised::Nothing)
    }
}

/// What a file held in memory is.
pub(super) fn recognise(content: &[u8]) -> Recognised {
    let mut recogniser = Recogniser::default();
    recogniser.see(0, content);
    recogniser.seen.unwrap_or(Recognised::Nothing)
}

fn head(bytes: &[u8]) -> Recognised {
    if let Some(program) = program(bytes) {
        return Recognised::Program(program);
    }
    if bytes.starts_with(&OLE) {
        return Recognised::Type("application/x-ole-storage".to_owned());
    }
    if let Some(kind) = packed(bytes) {
        return kind;
    }
    let Some(kind) = infer::get(bytes) else { return Recognised::Nothing };
    match kind.mime_type() {
        // These begin like texts, and with enough of their own.
        told @ ("application/pdf" | "application/rtf" | "text/html" | "text/xml") => Recognised::Type(told.to_owned()),
        // Two or three bytes, or what is none of these kinds.
        "application/x-executable" | "application/x-x509-ca-cert" | "application/x-llvm" | "application/postscript" => Recognised::Nothing,
        "image/bmp" if bytes.get(6..10) != Some(&[0; 4]) => Recognised::Nothing,
        _ if is_text(bytes) => Recognised::Nothing,
        told => Recognised::Type(told.to_owned()),
    }
}

/// The kind of program it is.
fn program(bytes: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| bytes.starts_with(with);
    if begins(b"#!") && bytes.get(2).is_some_and(|next| matches!(next, b'/' | b' ' | b'\t')) {
        return Some("script");
    }
    if begins(b"MZ") && !is_text(bytes) {
        return Some("Windows program");
    }
    if begins(b"\x7fELF") {
        return Some("Linux program");
    }
    if begins(&SHORTCUT) {
        return Some("Windows shortcut");
    }
    if infer::app::is_mach(bytes) {
        return Some("macOS program");
    }
    if infer::app::is_java(bytes) {
        return Some("Java class");
    }
    if begins(b"dex\n") && bytes.get(7) == Some(&0) {
        return Some("Android program");
    }
    if begins(b"\0asm") {
        return Some("WebAssembly");
    }
    if begins(b"BC\xc0\xde") {
        return Some("LLVM bitcode");
    }
    match first_entry(bytes)?.0 {
        b"META-INF/" | b"META-INF/MANIFEST.MF" => Some("Java program"),
        b"AndroidManifest.xml" => Some("Android program"),
        _ => None,
    }
}

/// Name and content of the first entry of a zip (PKWARE APPNOTE section 4.3.7), as far as it is there.
fn first_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.strip_prefix(b"PK\x03\x04")?;
    let number = |at: usize| Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let (stored, name, extra) = (number(18)?, number(26)?, number(28)?);
    let data = 30 + name + extra;
    let content = bytes.get(data..)?;
    Some((bytes.get(30..30 + name)?, content.get(..stored).unwrap_or(content)))
}

/// A zip that says what it is in its first entry, as ODF, EPUB and HWPX do.
fn packed(bytes: &[u8]) -> Option<Recognised> {
    let (name, content) = first_entry(bytes)?;
    let told = std::str::from_utf8(content).ok().filter(|_| name == b"mimetype")?.trim();
    let is_type = told.len() < 100 && told.contains('/') && told.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+.-".contains(&b));
    is_type.then(|| Recognised::Type(told.to_ascii_lowercase()))
}

/// Where an OLE container's root entry has its class: the first sector of the directory, as its head says.
fn class_at(bytes: &[u8]) -> Option<u64> {
    let head = bytes.strip_prefix(&OLE)?;
    let shift = u32::from(u16::from_le_bytes([*head.get(22)?, *head.get(23)?]));
    let first = u64::from(u32::from_le_bytes([*head.get(40)?, *head.get(41)?, *head.get(42)?, *head.get(43)?]));
    // Sectors have 512 or 4096 bytes.
    matches!(shift, 9 | 12).then(|| ((first + 1) << shift) + 80)
}

/// Whether it begins like a text of any encoding but UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    !bytes.iter().take(TEXT).any(is_control)
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
