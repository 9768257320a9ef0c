//! Which provider a message takes, told as a fault of its sender where there is none.

use jebi_domain::{
    refusal::Fault,
    route::{Chosen, Routes},
};

/// The way of a sender.
pub(super) fn route(routes: &Routes, from: &str, field: impl Fn() -> String) -> Result<Chosen, Fault> {
    routes.choose(from).ok_or_else(|| {
        let fault = format!("no provider of this server carries mail from {from}");
        let remedy = format!(
            "send from one of {}, or let the operator add the sender to `senders` of a [providers.NAME], or a provider without them",
            routes.senders()
        );
        Fault::new(field(), "no_provider_for_sender", fault, remedy)
    })
}
