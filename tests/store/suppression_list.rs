//! The suppression list as it is read: pages, conditions; and its exchange with accounts of providers.

use jebi_domain::{
    port::suppressions::{Listed, Removal, SuppressionFilter, Tell},
    suppression::{NewEntry, Rules, Scope, Source, SuppressionCause},
    time::Wall,
};

use super::support::{Fixture, HOUR};

fn who(i: usize) -> String {
    format!("p{i:03}@d{}.example.kr", i % 3)
}

async fn fill(f: &Fixture, n: usize) {
    let cause = |i: usize| if i.is_multiple_of(10) { SuppressionCause::Complaint } else { SuppressionCause::Bounce };
    let entries = (0..n).map(|i| NewEntry::plain(who(i), cause(i), f.now())).collect();
    f.store.suppress(entries).await.expect("suppress");
}

/// All pages of a list.
async fn all(f: &Fixture, filter: SuppressionFilter, limit: u32) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = f.store.suppressions(filter.clone(), after, limit).await.expect("a page");
        assert!(page.entries.len() <= limit as usize);
        found.extend(page.entries.into_iter().map(|e| e.address));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (found, pages);
        }
    }
}

fn telling() -> Rules {
    Rules { told: vec!["ses".to_owned()], ..Rules::default() }
}

async fn tells(f: &Fixture) -> Vec<Tell> {
    f.store.suppression_exchange("ses", 100).await.expect("an exchange").expect("this node's").tell
}

fn told(all: &[Tell]) -> Vec<(&str, Option<SuppressionCause>)> {
    all.iter().map(|one| (one.address.as_str(), one.cause)).collect()
}

async fn off(f: &Fixture, address: &str) {
    let removal = Removal { address: address.to_owned(), scope: None, actor: String::new(), reason: "요청".to_owned(), at: f.now() };
    assert_eq!(f.store.unsuppress(removal).await.expect("removed").len(), 1);
}

conform! {
    async fn pages_hold_everything_once_in_order(f) {
        fill(f, 25).await;
        f.store.suppress(vec![NewEntry { scope: Scope::Bulk, ..NewEntry::plain(who(7), SuppressionCause::Manual, f.now()) }]).await.expect("suppress");
        let (found, pages) = all(f, SuppressionFilter::default(), 10).await;
        assert_eq!((found.len(), pages), (26, 3));
        assert!(found.is_sorted());
        assert_eq!(all(f, SuppressionFilter::default(), 26).await.1, 1);
    }

    async fn conditions_hold_together(f) {
        fill(f, 30).await;
        let filter = SuppressionFilter::default();
        let of = |domain: &str| SuppressionFilter { domain: Some(domain.to_owned()), ..SuppressionFilter::default() };
        assert_eq!(all(f, of("d1.example.kr"), 4).await.0.len(), 10);
        assert_eq!(all(f, of("example.kr"), 4).await.0, Vec::<String>::new());
        let begins = SuppressionFilter { address: Some("p01".to_owned()), ..filter.clone() };
        assert_eq!(all(f, begins.clone(), 3).await.0, (10..20).map(who).collect::<Vec<_>>());
        let complaints = SuppressionFilter { cause: Some(SuppressionCause::Complaint), ..begins };
        assert_eq!(all(f, complaints, 5).await.0, [who(10)]);
        let both = SuppressionFilter { address: Some("p01".to_owned()), ..of("d1.example.kr") };
        assert_eq!(all(f, both, 2).await.0, [10, 13, 16, 19].map(who));
        let bulk = SuppressionFilter { scope: Some(Scope::Bulk), ..filter };
        assert_eq!(all(f, bulk, 5).await.0, Vec::<String>::new());
    }

    async fn an_account_is_told_what_enters_for_all_mail_and_what_is_taken_off(f) {
        f.store.set_suppression_rules(telling());
        let entry = |i: usize, cause, scope: &Scope, source: Source| NewEntry { scope: scope.clone(), source, ..NewEntry::plain(who(i), cause, f.now()) };
        let account = Source::Account("ses".to_owned());
        let entries = vec![
            entry(0, SuppressionCause::Bounce, &Scope::All, Source::Event),
            entry(1, SuppressionCause::Complaint, &Scope::Bulk, Source::Event),
            entry(2, SuppressionCause::Manual, &Scope::All, Source::Operator),
            entry(3, SuppressionCause::Complaint, &Scope::All, Source::Import),
            entry(4, SuppressionCause::Bounce, &Scope::All, account),
        ];
        f.store.suppress(entries).await.expect("suppress");
        let first = tells(f).await;
        assert_eq!(told(&first), [(who(0).as_str(), Some(SuppressionCause::Bounce)), (who(3).as_str(), Some(SuppressionCause::Complaint))]);
        // Taken off while the first wish is under way: the later one stays.
        off(f, &who(0)).await;
        f.store.suppression_told("ses", first[0].clone()).await.expect("told");
        f.store.suppression_told("ses", first[1].clone()).await.expect("told");
        let second = tells(f).await;
        assert_eq!(told(&second), [(who(0).as_str(), None)]);
        f.store.suppression_told("ses", second[0].clone()).await.expect("told");
        assert_eq!(tells(f).await, []);
    }

    async fn what_was_taken_off_here_is_not_brought_back_by_an_older_entry_of_an_account(f) {
        fill(f, 2).await;
        off(f, &who(0)).await;
        let theirs = |i: usize, at: Wall| NewEntry { source: Source::Account("ses".to_owned()), ..NewEntry::plain(who(i), SuppressionCause::Bounce, at) };
        let before = Wall(f.now().0 - HOUR);
        let listed = f.store.suppress_from_account(vec![theirs(0, before), theirs(1, before), theirs(5, before)]).await.expect("taken");
        assert_eq!(listed, Listed { new: 1, known: 1, left: 1 });
        let again = Wall(f.now().0 + 1);
        assert_eq!(f.store.suppress_from_account(vec![theirs(0, again)]).await.expect("taken").new, 1);
        assert_eq!(f.store.suppressions_of(vec![who(1)]).await.expect("entries")[0].times, 1);
        assert_eq!(f.store.suppression_exchange("ses", 1).await.expect("an exchange").expect("this node's").read_to, None);
        f.store.suppression_read_to("ses", f.now()).await.expect("written");
        assert_eq!(f.store.suppression_exchange("ses", 1).await.expect("an exchange").expect("this node's").read_to, Some(f.now()));
    }
}
