//! Whether a message is too large for its provider, with everything encoded: refused here, not when it is sent.
//!
//! What is filled in for each recipient is not known yet: there the rest alone is counted, and the provider is asked with each mail.

use jebi_domain::{
    message::Draft,
    mime::size,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{super::providers::Providers, receipt::Unfinished};

/// # Errors
/// Invalid, with a fault for each message that is larger than its provider takes, as far as that is known.
pub(super) fn check(board: &dyn Providers, drafts: &[Draft], receipt: &Unfinished) -> Result<(), Refusal> {
    let places = receipt.messages.iter().filter(|pending| pending.id.is_some()).map(|pending| pending.at);
    let faults: Vec<Fault> = places.zip(drafts).filter_map(|(at, draft)| fault(board, draft, at)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
}

fn fault(board: &dyn Providers, draft: &Draft, at: usize) -> Option<Fault> {
    let message = &draft.message;
    let limit = board.max_size(&message.provider)?;
    let size = size::at_most(message, &draft.copies, limit);
    if size <= limit {
        return None;
    }
    let field = if message.content.attachments.is_empty() { format!("messages[{at}]") } else { format!("messages[{at}].attachments") };
    let provider = &message.provider;
    let fault = format!("the mail has {size} bytes with everything encoded, and {provider} takes {limit} at most");
    Some(Fault::new(
        field,
        "message_too_large",
        fault,
        "link to large files in place of attaching them; encoded, a file takes a third more",
    ))
}
