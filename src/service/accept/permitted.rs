//! Whether the caller may use the senders of a request, also the one the server has configured.

use jebi_domain::{
    message::Draft,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{super::Caller, receipt::Unfinished};

/// # Errors
/// Denied, with a fault for each message whose sender the caller's key does not allow.
pub(super) fn check(caller: &Caller, drafts: &[Draft], receipt: &Unfinished) -> Result<(), Refusal> {
    let grant = caller.grant();
    let places = receipt.messages.iter().filter(|pending| pending.id.is_some()).map(|pending| pending.at);
    let allowed = || grant.senders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let faults: Vec<Fault> = places
        .zip(drafts)
        .filter(|(_, draft)| !grant.allows_sender(&draft.message.content.from.email))
        .map(|(at, draft)| {
            let fault = format!("this key may not send as {}", draft.message.content.from.email);
            let remedy = format!("use a sender the key allows: {}", allowed());
            Fault::new(format!("messages[{at}].from"), "forbidden_sender", fault, remedy)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Denied, faults }) }
}
