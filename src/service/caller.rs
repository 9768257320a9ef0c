//! Who asks, and what that one may.

use std::{net::IpAddr, sync::Arc};

use jebi_domain::{
    access::{Grant, Scope, Scopes},
    id::KeyNo,
    port::store::KeyKind,
    refusal::{Fault, Refusal},
};

/// What the local administrator may.
static FULL: Grant = Grant::FULL;

/// A key or a subject of tokens, as it is known between two looks at the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub no: KeyNo,
    pub kind: KeyKind,
    pub name: String,
    pub grant: Grant,
    pub revoked: bool,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The API key it showed, or the number of its token's subject; [`Caller::LOCAL`]'s own number where it needed none.
    /// Idempotency keys are kept apart by it.
    pub key: KeyNo,
    held: Option<Arc<Held>>,
    scopes: Scopes,
    address: Option<IpAddr>,
}

impl Caller {
    /// The administrator on this machine, who comes over the control socket and needs no key.
    pub const LOCAL: Self = Self { key: KeyNo(0), held: None, scopes: Scopes::ALL, address: None };

    pub(super) fn of(held: Arc<Held>) -> Self {
        Self { key: held.no, scopes: held.grant.scopes, held: Some(held), address: None }
    }

    /// The same with no more than these scopes.
    pub(super) fn narrowed(self, scopes: Scopes) -> Self {
        Self { scopes: self.scopes.both(scopes), ..self }
    }

    /// The same caller, asking from this address.
    ///
    /// # Errors
    /// Denied where its key is for other networks.
    pub fn at(self, address: Option<IpAddr>) -> Result<Self, Refusal> {
        if self.grant().allows_address(address) {
            return Ok(Self { address, ..self });
        }
        let from = address.map_or_else(|| "an unknown address".to_owned(), |address| address.to_string());
        let fault = format!("this key may not be used from {from}");
        let remedy = "use it from one of its networks, or let an administrator change them (PATCH /v1/keys/{id})";
        Err(Refusal::denied(Fault::new("Authorization", "forbidden_address", fault, remedy)))
    }

    /// Refuses unless it has the scope.
    ///
    /// # Errors
    /// Denied, naming the scope that is missing.
    pub fn must_have(&self, scope: Scope) -> Result<(), Refusal> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        let (needed, has) = (scope.as_str(), self.scopes.names().join(", "));
        let has = if has.is_empty() { "none" } else { &has };
        let fault = format!("this needs the scope {needed:?}; the key has: {has}");
        let remedy = format!("use a key with it (`jebi key create --scope {needed}`)");
        Err(Refusal::denied(Fault::new("Authorization", "missing_scope", fault, remedy)))
    }

    /// Refuses a key that may use some senders only, or send only so much a day: sending again would pass both.
    ///
    /// # Errors
    /// Denied.
    pub fn must_send_freely(&self) -> Result<(), Refusal> {
        let grant = self.grant();
        if grant.senders.is_empty() && grant.daily_limit.is_none() {
            return Ok(());
        }
        let fault = "a key with senders or a daily limit of its own may not send mail again";
        let remedy = "post it as a new message, or use a key without them";
        Err(Refusal::denied(Fault::new("Authorization", "restricted_key", fault, remedy)))
    }

    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// What its key allows; the scopes of a token may be fewer.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        self.held.as_ref().map_or(&FULL, |held| &held.grant)
    }

    /// Where the request came from, where it came over a network.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// In words, for the audit log.
    #[must_use]
    pub fn who(&self) -> String {
        match self.held.as_deref() {
            None => "local administrator".to_owned(),
            Some(Held { kind: KeyKind::Key, no, name, .. }) => format!("key {} ({name})", no.0),
            Some(Held { kind: KeyKind::Token, name, .. }) => format!("token {name}"),
        }
    }
}
