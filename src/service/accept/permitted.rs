//! Whether the caller may use the senders and profiles of a request, also the sender the server has configured.

use jebi_domain::{
    message::Draft,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{super::Caller, receipt::Unfinished, submission::Submission};

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

/// # Errors
/// Denied, with a fault for each message that names another profile than the caller's key is tied to.
pub(super) fn profiles(caller: &Caller, submission: &Submission) -> Result<(), Refusal> {
    let Some(tied) = caller.grant().profile.as_deref() else { return Ok(()) };
    let others = submission.messages.iter().enumerate().filter(|(_, message)| message.profile.as_deref().is_some_and(|own| own != tied));
    let faults: Vec<Fault> = others
        .map(|(at, _)| {
            let fault = format!("this key is tied to the profile {tied:?}");
            Fault::new(format!("messages[{at}].profile"), "forbidden_profile", fault, "leave profile out, or use another key")
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal { kind: RefusalKind::Denied, faults }) }
}
