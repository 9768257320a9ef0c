//! The envelope of a mail: what can't be in one with this server, and its commands.

use std::io::Write as _;

use jebi_domain::{
    outcome::{Outcome, Reason},
    port::Outgoing,
    smtp::Path,
};

use super::{connection::Features, content, rules};

const BAD_ADDRESS: &str = "correct the address and submit the message again";
const NO_UTF8: &str = "use an address in ASCII, or send through a provider that offers SMTPUTF8";
const NO_EIGHT_BIT: &str = "encode the message in quoted-printable or base64, or send through a provider that offers 8BITMIME";

pub(super) struct Envelope<'a> {
    from: Path<'a>,
    /// In the order of `Outgoing::to`; the outcome for those no command is made for.
    to: Vec<Result<Path<'a>, Outcome>>,
    /// Parameters of MAIL.
    size: Option<usize>,
    eight_bit: bool,
    utf8: bool,
}

impl<'a> Envelope<'a> {
    /// `signatures` is how many bytes those will take; `most` how many the mail may have where the server does not say.
    ///
    /// # Errors
    /// The outcome for the whole mail: nothing has to be written to know it.
    pub(super) fn new(mail: &'a Outgoing, signatures: usize, features: Features, most: Option<u64>) -> Result<Self, Outcome> {
        let size = content::size(mail, signatures);
        let told = features.size.filter(|most| *most > 0).map(|most| u64::try_from(most).unwrap_or(u64::MAX));
        if let Some(most) = told.or(most).filter(|most| *most < size as u64) {
            let text = format!("the message has {size} bytes, and the server takes {most} at most");
            return Err(permanent("too_large", text, rules::SIZE));
        }
        let eight_bit = !mail.body.is_ascii() || !mail.head.is_ascii();
        if eight_bit && !features.eight_bit {
            let text = "the message holds bytes above 127, and the server does not offer 8BITMIME";
            return Err(permanent("no_8bitmime", text.to_owned(), NO_EIGHT_BIT));
        }
        let from = path(&mail.from, features)?;
        let to: Vec<_> = mail.to.iter().map(|to| path(to, features)).collect();
        let utf8 = from.needs_utf8 || to.iter().flatten().any(|to| to.needs_utf8);
        Ok(Self { from, to, size: features.size.map(|_| size), eight_bit, utf8 })
    }

    /// The outcome a recipient has before anything is said; `None` for those the server is asked about.
    pub(super) fn fault(&self, recipient: usize) -> Option<&Outcome> {
        self.to.get(recipient).and_then(|to| to.as_ref().err())
    }

    pub(super) fn write_mail(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"MAIL FROM:<");
        out.extend_from_slice(self.from.address.as_bytes());
        out.push(b'>');
        if let Some(size) = self.size {
            // Writing to memory does not fail.
            let _ = write!(out, " SIZE={size}");
        }
        if self.eight_bit {
            out.extend_from_slice(b" BODY=8BITMIME");
        }
        if self.utf8 {
            out.extend_from_slice(b" SMTPUTF8");
        }
        out.extend_from_slice(b"\r\n");
    }

    pub(super) fn write_rcpt(&self, out: &mut Vec<u8>, recipient: usize) {
        let Some(Ok(to)) = self.to.get(recipient) else { return };
        out.extend_from_slice(b"RCPT TO:<");
        out.extend_from_slice(to.address.as_bytes());
        out.extend_from_slice(b">\r\n");
    }
}

fn path(address: &str, features: Features) -> Result<Path<'_>, Outcome> {
    let path = Path::of(address).map_err(|fault| permanent("invalid_address", fault.to_string(), BAD_ADDRESS))?;
    if path.needs_utf8 && !features.utf8 {
        let text = "the part before the @ is not ASCII, and the server does not offer SMTPUTF8";
        return Err(permanent("no_smtputf8", text.to_owned(), NO_UTF8));
    }
    Ok(path)
}

fn permanent(code: &str, text: String, remedy: &str) -> Outcome {
    Outcome::Permanent { reason: Reason::new(code, text, remedy) }
}
