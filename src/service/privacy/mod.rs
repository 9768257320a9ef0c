//! What is known of a person, shown and erased (GDPR articles 15, 17 and 20; 개인정보 보호법 articles 35 and 36), and content that is deleted.

use std::sync::Arc;

use jebi_domain::{
    address,
    consent::{Consent, ConsentEvent},
    id::{DeliveryKey, MessageId},
    port::{
        Clock, InboxSummary, Store,
        consents::ConsentFilter,
        privacy::{ContentDeleted, Forgotten},
        refusals::RefusalInfo,
        store::{DeliveryFilter, DeliveryView, TimelineEntry},
    },
    refusal::{Fault, Refusal, RefusalKind},
    suppression::{Entry, Removed},
};

use super::trouble::refusal;

/// Rows read at a time.
const PAGE: u32 = 200;
/// Longest reason for mailing somebody again, in characters.
const MAX_REASON: usize = 500;

/// One mail to a person.
#[derive(Clone, Debug)]
pub struct PersonMail {
    /// Of several recipients this person alone.
    pub delivery: DeliveryView,
    pub timeline: Vec<TimelineEntry>,
    /// What it was filled in with for them (JSON).
    pub personal: Option<String>,
}

/// Everything known of an address.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub mails: Vec<PersonMail>,
    /// Entries of the suppression list, and those that were taken off it.
    pub suppressions: Vec<Entry>,
    pub suppressions_removed: Vec<Removed>,
    pub refusals: Vec<RefusalInfo>,
    pub consents: Vec<(Consent, Vec<ConsentEvent>)>,
    pub inbox: Vec<InboxSummary>,
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    pub deliveries: u64,
    /// Mail that is being sent or whose outcome is open: ask again.
    pub open: u64,
    pub inbox: u64,
    pub forgotten: Forgotten,
}

/// Shows and erases people.
pub struct Privacy {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Whether this process has the secret that erased people are known by.
    has_secret: bool,
}

impl Privacy {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, has_secret: bool) -> Self {
        Self { store, clock, has_secret }
    }

    /// Everything known of an address.
    ///
    /// # Errors
    /// A bad address; a store that does not answer.
    pub async fn export(&self, email: &str) -> Result<Person, Refusal> {
        let key = read(email)?;
        let mut person = Person {
            suppressions: self.store.suppressions_of(vec![key.clone()]).await.map_err(refusal)?,
            suppressions_removed: self.store.suppressions_removed(&key, PAGE).await.map_err(refusal)?,
            inbox: self.inbox(&key).await?,
            ..Person::default()
        };
        let mut after: Option<DeliveryKey> = None;
        loop {
            let filter = DeliveryFilter { email: Some(key.clone()), ..DeliveryFilter::default() };
            let page = self.store.deliveries(filter, after, PAGE).await.map_err(refusal)?;
            for copy in page.deliveries {
                person.mails.extend(self.mail(copy, &key).await?);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut before = None;
        loop {
            let page = self.store.refusals(Some(key.clone()), before, PAGE).await.map_err(refusal)?;
            person.refusals.extend(page.refusals);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        loop {
            let filter = ConsentFilter { address: Some(key.clone()), profile: None };
            let page = self.store.consents(filter, before, PAGE).await.map_err(refusal)?;
            for consent in page.consents {
                person.consents.extend(self.store.consent(consent.no).await.map_err(refusal)?);
            }
            before = page.next;
            if before.is_none() {
                return Ok(person);
            }
        }
    }

    /// One mail, without what is others'.
    async fn mail(&self, copy: DeliveryView, key: &str) -> Result<Option<PersonMail>, Refusal> {
        let Some((mut delivery, mut timeline)) = self.store.delivery(copy.id).await.map_err(refusal)? else { return Ok(None) };
        delivery.recipients.retain(|one| address::key(&one.email) == key);
        timeline.retain(|line| line.recipient.is_empty() || address::key(&line.recipient) == key);
        let personal = self.store.personal(copy.key).await.map_err(refusal)?;
        Ok(Some(PersonMail { delivery, timeline, personal }))
    }

    /// Mails of the local inbox to an address.
    async fn inbox(&self, key: &str) -> Result<Vec<InboxSummary>, Refusal> {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = self.store.list(before, PAGE).await.map_err(refusal)?;
            found.extend(page.mails.into_iter().filter(|mail| mail.to.iter().any(|to| address::key(to) == key)));
            before = page.next;
            if before.is_none() {
                return Ok(found);
            }
        }
    }

    /// Erases an address wherever it stands, but for what is being sent. Repeatable: what was left is erased then.
    ///
    /// # Errors
    /// A bad address; no secret to know the person by afterwards; a store that cannot write: some may be erased then, and asking again goes on.
    pub async fn erase(&self, email: &str) -> Result<Erased, Refusal> {
        let key = read(email)?;
        if !self.has_secret {
            return Err(no_secret());
        }
        let now = self.clock.wall();
        // First, so that nothing new goes to them meanwhile.
        let mut erased = Erased { forgotten: self.store.forget(&key, now).await.map_err(refusal)?, ..Erased::default() };
        let mut before = None;
        loop {
            let slice = self.store.erase_deliveries(&key, before, now).await.map_err(refusal)?;
            (erased.deliveries, erased.open) = (erased.deliveries + slice.erased, erased.open + slice.open);
            before = slice.next;
            if before.is_none() {
                break;
            }
        }
        for mail in self.inbox(&key).await? {
            erased.inbox += u64::from(self.store.remove(mail.no).await.map_err(refusal)?);
        }
        Ok(erased)
    }

    /// Lets mail go to an address again whose owner's data was erased, because they asked for it.
    ///
    /// # Errors
    /// A bad address or reason; nobody of this address was erased; a store that cannot write.
    pub async fn readmit(&self, email: &str, reason: &str) -> Result<(), Refusal> {
        let key = read(email)?;
        if reason.is_empty() || reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
            let fault = format!("it does not say in 1 to {MAX_REASON} characters why the address may be mailed again");
            let remedy = "say how they asked for it, such as: asked by telephone to be back";
            return Err(Refusal::invalid(Fault::new("reason", "missing_reason", fault, remedy)));
        }
        if !self.has_secret {
            return Err(no_secret());
        }
        if self.store.readmit(&key).await.map_err(refusal)? { Ok(()) } else { Err(Refusal::missing("erasure")) }
    }

    /// Deletes what a message said. Its record stays: who got it, when, and what became of it.
    ///
    /// # Errors
    /// No such message; something of it waits or is being sent.
    pub async fn delete_content(&self, message: MessageId) -> Result<(), Refusal> {
        match self.store.delete_content(message, self.clock.wall()).await.map_err(refusal)? {
            ContentDeleted::Done => Ok(()),
            ContentDeleted::Missing => Err(Refusal::missing("message")),
            ContentDeleted::UnderWay => {
                let fault = "something of the message waits or is being sent";
                let remedy = "wait for its results, or cancel it first (POST /v1/messages/{id}/cancel)";
                Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "message_under_way", fault, remedy)))
            }
        }
    }
}

fn no_secret() -> Refusal {
    let fault = "this node has no secret to know an erased person by";
    let remedy = "let the operator set JEBI_SECRET, the same for all nodes";
    Refusal::new(RefusalKind::Conflict, Fault::new("JEBI_SECRET", "no_secret", fault, remedy))
}

/// An address as it is compared.
fn read(email: &str) -> Result<String, Refusal> {
    let parsed = address::parse(email).map_err(|e| Refusal::invalid(Fault::new("address", e.code, e.fault, e.remedy)))?;
    Ok(address::key(&parsed).into_owned())
}
