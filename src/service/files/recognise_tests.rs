use proptest::prelude::*;

use super::*;

fn program(bytes: &[u8]) -> Option<&'static str> {
    if let Recognised::Program(what) = recognise(bytes) { Some(what) } else { None }
}

fn kind(bytes: &[u8]) -> String {
    if let Recognised::Type(kind) = recognise(bytes) { kind } else { String::new() }
}

/// A zip whose first entry is stored under this name.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend((content.len() as u32).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out.extend((name.len() as u16).to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out.extend(name.as_bytes());
    out.extend(content);
    out.extend(b"PK\x01\x02");
    out
}

/// An OLE container whose directory begins in this sector, and says that it is for this.
fn ole(sector: u32, class: [u8; 16]) -> Vec<u8> {
    let mut out = vec![0; 512 * (sector as usize + 2)];
    out[..8].copy_from_slice(&OLE);
    out[30] = 9;
    out[48..52].copy_from_slice(&sector.to_le_bytes());
    let at = 512 * (sector as usize + 1) + 80;
    out[at..at + 16].copy_from_slice(&class);
    out
}

const MSI: [u8; 16] = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

#[test]
fn programs_are_known_by_their_bytes() {
    let mut pe = b"MZ\x90\0\x03\0\0\0".to_vec();
    pe.resize(200, 0);
    for (bytes, what) in [
        (&pe[..], "Windows program"),
        (b"\x7fELF\x02\x01\x01", "Linux program"),
        (b"#!/bin/sh\nrm -rf /\n", "script"),
        (b"#! /usr/bin/env python3\n", "script"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01", "macOS program"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "macOS program"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41", "Java class"),
        (b"dex\n035\0", "Android program"),
        (b"\0asm\x01\0\0\0", "WebAssembly"),
        (&SHORTCUT, "Windows shortcut"),
        (&zip("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0"), "Java program"),
        (&zip("AndroidManifest.xml", b"x"), "Android program"),
        (&ole(0, MSI), "Windows Installer"),
    ] {
        assert_eq!(program(bytes), Some(what));
    }
}

#[test]
fn an_installer_is_known_by_a_place_far_behind() {
    let (bytes, piece) = (ole(3_000, MSI), 256 << 10);
    let mut recogniser = Recogniser::default();
    for (n, part) in bytes.chunks(piece).enumerate() {
        assert!(n == 0 || !matches!(recogniser.seen(), Recognised::Nothing));
        recogniser.see((n * piece) as u64, part);
    }
    assert_eq!(recogniser.seen(), &Recognised::Program("Windows Installer"));
    assert_eq!(kind(&ole(3_000, [7; 16])), "application/x-ole-storage");
}

#[test]
fn documents_and_pictures_are_known() {
    for (bytes, told) in [
        (&b"%PDF-1.7\n%"[..], "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0", "image/gif"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (&zip("a.txt", b"x"), "application/zip"),
        (&zip("mimetype", b"application/hwp+zip"), "application/hwp+zip"),
        (&zip("mimetype", b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
        (&ole(0, [0; 16]), "application/x-ole-storage"),
    ] {
        assert_eq!(kind(bytes), told);
    }
}

#[test]
fn texts_that_begin_like_something_else_pass() {
    for text in [
        "MZ세대 설문 결과\n이름,나이\n",
        "BM,회사\n",
        "BC카드 청구 내역\n",
        "FWS 목록",
        "PDF content",
        "%! 참고",
        "#!",
        "#!!! 중요",
        "-----BEGIN CERTIFICATE-----",
        "",
    ] {
        assert_eq!(recognise(text.as_bytes()), Recognised::Nothing, "{text}");
    }
    // 엠지 in EUC-KR behind the two letters.
    assert_eq!(recognise(b"MZ\xbf\xa5\xc1\xf6,1\r\n"), Recognised::Nothing);
}

proptest! {
    #[test]
    fn whatever_comes_is_looked_at_without_a_fault(
        head in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\x13\0\0\0[Content_Types].xml",
            &OLE, b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"BM", b"",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [head, &rest].concat();
        let whole = recognise(&bytes);
        let mut pieces = Recogniser::default();
        pieces.see(0, &bytes);
        prop_assert_eq!(&whole, pieces.seen());
    }
}
