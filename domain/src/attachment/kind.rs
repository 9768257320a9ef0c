//! What an ending stands for: the type a file is sent with where its sender gives none, and the types its content may be recognised as.

/// One kind of file.
struct Kind {
    endings: &'static [&'static str],
    /// `type/subtype` (IANA media types).
    is: &'static str,
    /// Types besides its own that its content may show. One that ends with `/` stands for all of its group.
    may_show: &'static [&'static str],
}

const fn kind(endings: &'static [&'static str], is: &'static str, may_show: &'static [&'static str]) -> Kind {
    Kind { endings, is, may_show }
}

const ZIP: &str = "application/zip";
/// The container of Office files before 2007 and of HWP 5.
const OLE: &str = "application/x-ole-storage";
/// Word and Excel open what is no file of theirs: programs write RTF and HTML tables under these names ("Excel download"), and it is what
/// their readers expect.
const WRITTEN_AS_OFFICE: &[&str] = &[OLE, "application/rtf", "text/"];
/// A zip of another kind is still what its name says.
const ZIPS: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/epub+zip",
    "application/hwp+zip",
];

const KINDS: &[Kind] = &[
    kind(&["pdf"], "application/pdf", &[]),
    kind(&["jpg", "jpeg"], "image/jpeg", &[]),
    kind(&["png"], "image/png", &[]),
    kind(&["gif"], "image/gif", &[]),
    kind(&["webp"], "image/webp", &[]),
    kind(&["bmp"], "image/bmp", &[]),
    kind(&["tif", "tiff"], "image/tiff", &[]),
    kind(&["heic", "heif"], "image/heif", &[]),
    kind(&["svg"], "image/svg+xml", &["text/"]),
    kind(&["ico"], "image/vnd.microsoft.icon", &[]),
    kind(&["doc"], "application/msword", WRITTEN_AS_OFFICE),
    kind(&["xls"], "application/vnd.ms-excel", WRITTEN_AS_OFFICE),
    kind(&["ppt"], "application/vnd.ms-powerpoint", &[OLE]),
    kind(&["hwp"], "application/x-hwp", &[OLE]),
    kind(&["docx"], "application/vnd.openxmlformats-officedocument.wordprocessingml.document", &[ZIP]),
    kind(&["xlsx"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &[ZIP]),
    kind(&["pptx"], "application/vnd.openxmlformats-officedocument.presentationml.presentation", &[ZIP]),
    kind(&["hwpx"], "application/hwp+zip", &[ZIP]),
    kind(&["odt"], "application/vnd.oasis.opendocument.text", &[ZIP]),
    kind(&["ods"], "application/vnd.oasis.opendocument.spreadsheet", &[ZIP]),
    kind(&["odp"], "application/vnd.oasis.opendocument.presentation", &[ZIP]),
    kind(&["epub"], "application/epub+zip", &[ZIP]),
    kind(&["zip"], ZIP, ZIPS),
    kind(&["7z"], "application/x-7z-compressed", &[]),
    kind(&["rar"], "application/vnd.rar", &[]),
    kind(&["gz", "tgz"], "application/gzip", &[]),
    kind(&["tar"], "application/x-tar", &[]),
    kind(&["rtf"], "application/rtf", &[]),
    kind(&["txt", "log", "md"], "text/plain", &["text/"]),
    kind(&["csv"], "text/csv", &["text/"]),
    kind(&["tsv"], "text/tab-separated-values", &["text/"]),
    kind(&["html", "htm"], "text/html", &["text/"]),
    kind(&["xml"], "text/xml", &["text/"]),
    kind(&["json"], "application/json", &["text/"]),
    kind(&["ics"], "text/calendar", &["text/"]),
    kind(&["vcf"], "text/vcard", &["text/"]),
    // As message/rfc822 it might not be encoded (RFC 2046, 5.2.1); its bytes are to arrive as they are.
    kind(&["eml"], "application/octet-stream", &["text/"]),
    kind(&["mp3"], "audio/mpeg", &[]),
    kind(&["wav"], "audio/x-wav", &[]),
    kind(&["m4a"], "audio/mp4", &["audio/m4a", "video/"]),
    kind(&["mp4", "m4v", "mov"], "video/mp4", &["video/", "audio/m4a"]),
];

fn of(ending: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.endings.contains(&ending))
}

/// The type a file of this name is sent with where nobody gives one.
#[must_use]
pub fn type_of(name: &str) -> &'static str {
    super::ending(name).and_then(|ending| of(&ending)).map_or("application/octet-stream", |kind| kind.is)
}

/// Whether content recognised as this type goes with the ending. Of an ending nobody knows nothing is expected.
pub(super) fn goes_with(ending: impl AsRef<str>, seen: &str) -> bool {
    let Some(kind) = of(ending.as_ref()) else { return true };
    let shows = |one: &&str| if one.ends_with(['/', '.']) { seen.starts_with(*one) } else { seen == *one };
    seen == kind.is || kind.may_show.iter().any(shows)
}
