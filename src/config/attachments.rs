//! `[attachments]`: which files may go with mail, how large they may be, and how long they are kept unused (requirement S0-8).

use std::time::Duration;

use super::{
    key::Key,
    parse::{shown, whole},
    reader::{Bad, Reader},
};

pub(super) const MAX_SIZE: Key = Key::new("attachments.max_size_bytes", &["EMAIL_MAX_ATTACHMENT_SIZE"]);
const EXTENSIONS: Key = Key::new("attachments.allowed_extensions", &["EMAIL_ALLOWED_EXTENSIONS"]);
pub(super) const MAX_UPLOAD: Key = Key::new("attachments.max_upload_bytes", &["JEBI_MAX_UPLOAD_BYTES"]);
const UNUSED: Key = Key::new("attachments.unused_kept_days", &["UNUSED_FILES_KEPT_DAYS"]);

pub(super) const KEYS: &[&Key] = &[&MAX_SIZE, &EXTENSIONS, &MAX_UPLOAD, &UNUSED];

/// Longest ending, in characters.
const ENDING: usize = 16;

/// Files that go with mail.
#[derive(Clone, Debug)]
pub struct Attachments {
    /// Bytes of one file, before encoding.
    pub max_size_bytes: u64,
    /// Endings that may be attached, in lower case and without their dot.
    pub allowed_extensions: Vec<String>,
    /// Longest body of an upload or of a form with files, in bytes.
    pub max_upload_bytes: u64,
    /// How long a file is kept that no message carries.
    pub unused_kept: Duration,
}

pub(super) fn read(r: &mut Reader) -> Option<Attachments> {
    let max_size_bytes = r.must(&MAX_SIZE, whole(1_024..=1_073_741_824_u64));
    let allowed_extensions = r.must(&EXTENSIONS, endings);
    let max_upload_bytes = r.must(&MAX_UPLOAD, whole(16_384..=1_073_741_824_u64));
    let unused_days = r.must(&UNUSED, whole(1..=3_660_u64));
    Some(Attachments {
        max_size_bytes: max_size_bytes?,
        allowed_extensions: allowed_extensions?,
        max_upload_bytes: max_upload_bytes?,
        unused_kept: Duration::from_secs(unused_days? * 86_400),
    })
}

/// `pdf, .JPG`.
fn endings(text: &str) -> Result<Vec<String>, Bad> {
    let remedy = "write endings with commas between: pdf, docx, zip";
    let mut all: Vec<String> = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let ending = entry.strip_prefix('.').unwrap_or(entry).to_ascii_lowercase();
        let is_one = !ending.is_empty() && ending.len() <= ENDING && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_one {
            return Err(Bad::new(format!("holds {}, which is no ending of a file", shown(entry)), remedy));
        }
        if !all.contains(&ending) {
            all.push(ending);
        }
    }
    if all.is_empty() {
        return Err(Bad::new("names no ending", remedy));
    }
    Ok(all)
}
