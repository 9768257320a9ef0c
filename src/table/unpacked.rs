//! How much a workbook becomes. It is a ZIP archive, and a few kilobytes of one can unpack to gigabytes: so it is unpacked once into
//! nothing, and counted, before its reader gets it. Archives whose parts could be understood in two ways are refused.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use jebi_domain::refusal::Fault;

use super::{unreadable, whole};

/// Sizes of the fixed parts of an archive's records (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16).
const LOCAL: usize = 30;
const CENTRAL: usize = 46;
const END: usize = 22;
/// Files in one archive: a workbook has a few dozen.
const MAX_FILES: u16 = 10_000;
/// Where a workbook keeps the texts its cells share: the one part its reader holds whole.
const SHARED: &[u8] = b"xl/sharedStrings.xml";

/// Counts what an archive unpacks to.
///
/// # Errors
/// An archive of more than `most` bytes, or with more of shared texts; one that unpacks to more than `max`; one no spreadsheet program
/// writes.
pub(super) fn check(file: &mut (impl Read + Seek), most: u64, max: u64) -> Result<(), Fault> {
    let length = file.seek(SeekFrom::End(0)).map_err(|e| unreadable(&e))?;
    if length > most {
        return Err(too_large(format!("the workbook has {length} bytes; at most {most} are read")));
    }
    let end_at = length.checked_sub(END as u64).ok_or_else(strange)?;
    let end: [u8; END] = record(file, end_at)?;
    let (files, size, from, comment) = (short(&end, 10), long(&end, 12), long(&end, 16), short(&end, 20));
    let whole_archive = long(&end, 0) == 0x0605_4b50 && short(&end, 4) == 0 && short(&end, 6) == 0 && comment == 0;
    if !whole_archive || files > MAX_FILES || files != short(&end, 8) || from + size != end_at {
        return Err(strange());
    }
    let (mut at, mut left) = (from, max);
    for _ in 0..files {
        let entry: [u8; CENTRAL] = record(file, at)?;
        if long(&entry, 0) != 0x0201_4b50 {
            return Err(strange());
        }
        let mut name = vec![0; usize::from(short(&entry, 28))];
        if whole(file, &mut name)? < name.len() {
            return Err(strange());
        }
        let used = unpacked(file, short(&entry, 10), long(&entry, 20), long(&entry, 42), left)?;
        left = left.checked_sub(used).ok_or_else(|| too_large(format!("the workbook unpacks to more than {max} bytes")))?;
        if is_shared(&name) && used > most {
            return Err(too_large(format!("the texts of the workbook have {used} bytes; at most {most} are read")));
        }
        at += CENTRAL as u64 + [28, 30, 32].map(|place| u64::from(short(&entry, place))).iter().sum::<u64>();
    }
    if at == end_at { Ok(()) } else { Err(strange()) }
}

/// Whether it is the part with the shared texts; its reader takes the name in either case, and either slash.
fn is_shared(name: &[u8]) -> bool {
    let same = |(is, should): (&u8, &u8)| is.eq_ignore_ascii_case(should) || (*is == b'\\' && *should == b'/');
    name.len() == SHARED.len() && name.iter().zip(SHARED).all(same)
}

/// Bytes one file of the archive unpacks to; no more than one over `most` is looked at.
fn unpacked(file: &mut (impl Read + Seek), method: u16, packed: u64, header: u64, most: u64) -> Result<u64, Fault> {
    let local: [u8; LOCAL] = record(file, header)?;
    if long(&local, 0) != 0x0403_4b50 {
        return Err(strange());
    }
    let start = header + LOCAL as u64 + u64::from(short(&local, 26)) + u64::from(short(&local, 28));
    file.seek(SeekFrom::Start(start)).map_err(|e| unreadable(&e))?;
    match method {
        0 => Ok(packed),
        8 => {
            let mut out = DeflateDecoder::new(file.take(packed)).take(most.saturating_add(1));
            io::copy(&mut out, &mut io::sink()).map_err(|_| strange())
        }
        _ => Err(strange()),
    }
}

fn record<const N: usize>(file: &mut (impl Read + Seek), at: u64) -> Result<[u8; N], Fault> {
    file.seek(SeekFrom::Start(at)).map_err(|e| unreadable(&e))?;
    let mut bytes = [0; N];
    if whole(file, &mut bytes)? < N {
        return Err(strange());
    }
    Ok(bytes)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
}

fn strange() -> Fault {
    let remedy = "open it in a spreadsheet program and save it again as .xlsx, or as CSV UTF-8";
    Fault::new("file", "broken_workbook", "this is no workbook as spreadsheet programs write them", remedy)
}

fn too_large(fault: String) -> Fault {
    let remedy = "save it as CSV UTF-8, which is read line by line, or take pictures and other sheets out of it";
    Fault::new("file", "table_too_large", fault, remedy)
}
