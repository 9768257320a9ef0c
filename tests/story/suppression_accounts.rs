//! The exchange with the list an account of a provider keeps: theirs enter ours, ours are told to them, a call a second.

use std::sync::{Arc, Mutex};

use jebi::service::suppression::{AccountLists, Exchange, Exchanged};
use jebi_domain::{
    outcome::Reason,
    port::{
        AccountReport, Boxed, Clock, Provider, Sender,
        account_list::{AccountEntry, AccountList, AccountPage, NOT_TAKEN},
        suppressions::{Listed, Removal},
    },
    suppression::{Entry, NewEntry, Rules, Scope, Source, SuppressionCause},
    time::Wall,
};
use tokio_util::sync::CancellationToken;

use crate::support::api::Api;

/// An account in memory: a page for each entry.
#[derive(Default)]
struct Account {
    entries: Mutex<Vec<AccountEntry>>,
    calls: Mutex<Vec<String>>,
    refuses: Mutex<Option<Reason>>,
    /// An address it never takes.
    never: Mutex<Option<String>>,
}

impl Account {
    fn call(&self, call: String) -> Result<(), Reason> {
        self.calls.lock().expect("a test's lock").push(call);
        self.refuses.lock().expect("a test's lock").clone().map_or(Ok(()), Err)
    }
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().expect("a test's lock"))
    }
}

impl AccountList for Account {
    fn page(&self, since: Option<Wall>, next: Option<String>) -> Boxed<'_, Result<AccountPage, Reason>> {
        let at: usize = next.map_or(0, |next| next.parse().expect("a number"));
        let called = self.call(format!("page {at} since {:?}", since.map(|at| at.0)));
        let all = self.entries.lock().expect("a test's lock");
        let entries = all.get(at).cloned().into_iter().collect();
        let next = (at + 1 < all.len()).then(|| (at + 1).to_string());
        Box::pin(std::future::ready(called.map(|()| AccountPage { entries, next })))
    }
    fn put(&self, email: &str, cause: SuppressionCause) -> Boxed<'_, Result<(), Reason>> {
        if self.never.lock().expect("a test's lock").as_deref() == Some(email) {
            let called = self.call(format!("put {email} in vain"));
            return Box::pin(std::future::ready(called.and(Err(Reason::new(NOT_TAKEN, "no such form", "")))));
        }
        Box::pin(std::future::ready(self.call(format!("put {email} {}", cause.as_str()))))
    }
    fn delete(&self, email: &str) -> Boxed<'_, Result<(), Reason>> {
        Box::pin(std::future::ready(self.call(format!("delete {email}"))))
    }
}

struct Ses(Arc<Account>);

impl Provider for Ses {
    fn name(&self) -> &str {
        "ses"
    }
    fn kind(&self) -> &'static str {
        "ses"
    }
    fn sender(&self) -> Box<dyn Sender> {
        unreachable!("nothing is sent here")
    }
    fn account_list(&self) -> Option<&dyn AccountList> {
        Some(&*self.0)
    }
    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>> {
        Box::pin(std::future::ready(None))
    }
}

struct Rig {
    api: Api,
    account: Arc<Account>,
    exchange: Arc<Exchange>,
}

impl Rig {
    async fn new(lists: AccountLists) -> Self {
        let api = Api::new().await;
        let account = Arc::new(Account::default());
        let exchange = Exchange::new(Arc::clone(&api.store), Arc::new(api.clock.clone()), CancellationToken::new());
        exchange.set(vec![(Arc::new(Ses(Arc::clone(&account))) as Arc<dyn Provider>, lists)]);
        let told = if lists == AccountLists::Pull { Vec::new() } else { vec!["ses".to_owned()] };
        api.store.set_suppression_rules(Rules { told, ..Rules::default() });
        Self { api, account, exchange: Arc::new(exchange) }
    }

    /// One round, the clock moved on a second whenever it waits: others wait on the clock all the time.
    async fn round(&self) -> Exchanged {
        let others = self.api.clock.sleepers();
        let exchange = Arc::clone(&self.exchange);
        let round = tokio::spawn(async move { exchange.round().await.expect("the store answers") });
        while !round.is_finished() {
            if self.api.clock.sleepers() > others {
                self.api.clock.advance(std::time::Duration::from_secs(1));
            }
            tokio::task::yield_now().await;
        }
        round.await.expect("a round")
    }

    fn theirs(&self, email: &str, cause: SuppressionCause) {
        let at = self.api.clock.wall();
        self.account.entries.lock().expect("a test's lock").push(AccountEntry { email: email.to_owned(), cause, at });
    }

    async fn of(&self, address: &str) -> Vec<Entry> {
        self.api.store.suppressions_of(vec![address.to_owned()]).await.expect("entries")
    }

    async fn off(&self, address: &str) {
        let at = self.api.clock.wall();
        let removal = Removal { address: address.to_owned(), scope: None, actor: "홍길동".to_owned(), reason: "요청".to_owned(), at };
        self.api.store.unsuppress(removal).await.expect("removed");
    }
}

#[tokio::test]
async fn their_entries_enter_ours_page_by_page_and_only_what_changed_is_read_again() {
    let rig = Rig::new(AccountLists::Pull).await;
    rig.theirs("Hong@naver.com", SuppressionCause::Bounce);
    rig.theirs("kim@naver.com", SuppressionCause::Complaint);
    let began = rig.api.clock.wall();
    let done = rig.round().await;
    let ended = rig.api.clock.wall();
    assert_eq!(done.listed, Listed { new: 2, known: 0, left: 0 });
    let hong = rig.of("hong@naver.com").await;
    assert_eq!((hong[0].source.clone(), hong[0].scope.clone()), (Source::Account("ses".to_owned()), Scope::All));
    assert_eq!(rig.of("kim@naver.com").await[0].cause, SuppressionCause::Complaint);
    assert_eq!(rig.account.calls(), ["page 0 since None", "page 1 since None"]);
    // Not before ten minutes are over, and then from an hour before the last reading on.
    assert_eq!(rig.round().await, Exchanged::default());
    assert_eq!(rig.account.calls(), Vec::<String>::new());
    rig.api.clock.advance(std::time::Duration::from_secs(601));
    assert_eq!(rig.round().await.listed, Listed { new: 0, known: 2, left: 0 });
    let since = rig.account.calls()[0].strip_prefix("page 0 since Some(").and_then(|rest| rest.strip_suffix(')')?.parse::<i64>().ok());
    assert!(
        since.is_some_and(|since| (began.0..=ended.0).contains(&(since + 3_600_000))),
        "{since:?} of a round from {began:?} to {ended:?}"
    );
    assert_eq!(rig.of("hong@naver.com").await[0].times, 1);
}

#[tokio::test]
async fn what_is_taken_off_here_is_taken_off_there_and_does_not_come_back() {
    let rig = Rig::new(AccountLists::Both).await;
    rig.theirs("hong@naver.com", SuppressionCause::Bounce);
    rig.round().await;
    rig.account.calls();
    rig.api.clock.advance(std::time::Duration::from_secs(700));
    rig.off("hong@naver.com").await;
    let done = rig.round().await;
    assert_eq!((done.told, done.listed), (1, Listed { new: 0, known: 0, left: 1 }));
    assert_eq!(rig.account.calls()[0], "delete hong@naver.com");
    assert_eq!(rig.of("hong@naver.com").await, []);
}

#[tokio::test]
async fn a_refused_wish_stays_and_is_told_once_the_account_takes_it() {
    let rig = Rig::new(AccountLists::Push).await;
    let now = rig.api.clock.wall();
    let bounce = |email: &str| NewEntry::plain(email, SuppressionCause::Bounce, now);
    rig.api.store.suppress(vec![bounce("a@b.kr"), bounce("c@d.kr")]).await.expect("suppress");
    let sandbox = Reason::new("BadRequestException", "not available in the sandbox", "ask for production access");
    *rig.account.refuses.lock().expect("a test's lock") = Some(sandbox);
    assert_eq!(rig.round().await, Exchanged::default());
    assert_eq!(rig.account.calls(), ["put a@b.kr bounce"]);
    *rig.account.refuses.lock().expect("a test's lock") = None;
    assert_eq!(rig.round().await.told, 2);
    assert_eq!(rig.account.calls(), ["put a@b.kr bounce", "put c@d.kr bounce"]);
    assert_eq!(rig.round().await, Exchanged::default());
}

#[tokio::test]
async fn a_call_a_second_is_made_and_ten_in_a_round() {
    let rig = Rig::new(AccountLists::Push).await;
    let now = rig.api.clock.wall();
    let entries = (0..11).map(|i| NewEntry::plain(format!("p{i:02}@b.kr"), SuppressionCause::Bounce, now)).collect();
    rig.api.store.suppress(entries).await.expect("suppress");
    let began = rig.api.clock.boot();
    let done = rig.round().await;
    assert_eq!((done.told, done.more), (10, true));
    assert!(rig.api.clock.boot().since(began) >= std::time::Duration::from_secs(10));
    assert_eq!(rig.round().await.told, 1);
}

#[tokio::test]
async fn an_address_the_account_never_takes_holds_nobody_up() {
    let rig = Rig::new(AccountLists::Push).await;
    let now = rig.api.clock.wall();
    let bounce = |email: &str| NewEntry::plain(email, SuppressionCause::Bounce, now);
    *rig.account.never.lock().expect("a test's lock") = Some("a@b.kr".to_owned());
    // Alone it may be the account that takes nothing.
    rig.api.store.suppress(vec![bounce("a@b.kr")]).await.expect("suppress");
    assert_eq!((rig.round().await.told, rig.round().await.told), (0, 0));
    assert_eq!(rig.account.calls(), ["put a@b.kr in vain", "put a@b.kr in vain"]);
    rig.api.store.suppress(vec![bounce("c@d.kr")]).await.expect("suppress");
    assert_eq!(rig.round().await.told, 1);
    assert_eq!(rig.account.calls(), ["put a@b.kr in vain", "put c@d.kr bounce"]);
    rig.round().await;
    assert_eq!(rig.account.calls(), Vec::<String>::new());
}
