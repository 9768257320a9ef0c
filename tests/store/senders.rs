//! Profiles and keys of links.

use jebi_domain::{
    access::Grant,
    message::Mailbox,
    port::{
        senders::{ProfileRemoved, StoredLinkKey},
        store::{KeyKind, NewKey},
    },
    profile::{Company, Profile, Refusing, Tracking},
    time::Wall,
};

use super::support::HOUR;

fn profile(name: &str) -> Profile {
    Profile {
        name: name.into(),
        from: Mailbox { email: "news@example.kr".into(), name: Some("제비상점".into()) },
        reply_to: vec![Mailbox { email: "help@example.kr".into(), name: None }],
        company: Company { name: Some("제비상점".into()), phone: Some("02-120".into()), ..Company::default() },
        language: Some("ko".into()),
        tracking: Tracking { opens: Some(true), clicks: None },
        unsubscribe: Some(Refusing::At("https://shop.kr/u".into())),
        list_id: Some("news.example.kr".into()),
        consent_notices: true,
    }
}

conform! {
    async fn profiles_are_kept_whole_and_replaced(f) {
        let (made, new) = f.store.put_profile(profile("shop"), f.now()).await.expect("put");
        assert_eq!((&made.profile, made.created_at, new), (&profile("shop"), f.now(), true));
        f.store.put_profile(profile("b"), f.now()).await.expect("put");
        f.pass(HOUR);
        let other = Profile { company: Company::default(), unsubscribe: None, ..profile("shop") };
        let (changed, new) = f.store.put_profile(other.clone(), f.now()).await.expect("put");
        assert_eq!((&changed.profile, changed.created_at, changed.changed_at, new), (&other, made.created_at, f.now(), false));
        f.restart().await;
        let all = f.store.profiles().await.expect("profiles");
        assert_eq!(all.iter().map(|info| info.profile.name.as_str()).collect::<Vec<_>>(), ["b", "shop"]);
        assert_eq!(all[1], changed);
    }

    async fn a_profile_a_live_key_is_tied_to_stays(f) {
        f.store.put_profile(profile("shop"), f.now()).await.expect("put");
        let grant = Grant { profile: Some("shop".into()), expires_at: Some(Wall(f.now().0 + HOUR)), ..Grant::FULL };
        let key = |byte: u8| NewKey { kind: KeyKind::Key, name: "k".into(), prefix: String::new(), hash: [byte; 32], grant: grant.clone() };
        let (one, two) = (f.store.add_key(key(1), f.now()).await.expect("add"), f.store.add_key(key(2), f.now()).await.expect("add"));
        assert_eq!(one.grant.profile.as_deref(), Some("shop"));
        assert_eq!(f.store.remove_profile("shop", f.now()).await, Ok(ProfileRemoved::InUse(vec![one.no, two.no])));
        f.store.revoke_key(one.no, f.now()).await.expect("revoke");
        assert_eq!(f.store.remove_profile("shop", f.now()).await, Ok(ProfileRemoved::InUse(vec![two.no])));
        let untied = f.store.change_key(two.no, "k", Grant::FULL).await.expect("change").expect("there");
        assert_eq!(untied.grant.profile, None);
        assert_eq!(f.store.remove_profile("shop", f.now()).await, Ok(ProfileRemoved::Done));
        assert_eq!(f.store.remove_profile("shop", f.now()).await, Ok(ProfileRemoved::Missing));
    }

    async fn of_two_who_make_the_same_link_key_one_is_first(f) {
        let key = |salt: u8| StoredLinkKey { no: 1, salt: vec![salt; 16], proof: [salt; 16], since: Wall(i64::MIN) };
        assert_eq!(f.store.add_link_key(key(1), f.now()).await, Ok(true));
        assert_eq!(f.store.add_link_key(key(2), f.now()).await, Ok(false));
        let later = StoredLinkKey { no: 2, since: f.now(), ..key(3) };
        assert_eq!(f.store.add_link_key(later.clone(), f.now()).await, Ok(true));
        f.restart().await;
        assert_eq!(f.store.link_keys().await, Ok(vec![key(1), later]));
    }
}
