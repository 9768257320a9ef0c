//! Links in mail that was accepted for the local inbox and leaves by another provider: they lead to the world, or the mail does not go.

use jebi_domain::{delivery::State, link::Links};

use super::rig::*;

const HERE: &str = "http://127.0.0.1:3000";

#[test]
fn mail_whose_link_leads_to_this_machine_does_not_leave_it() {
    run(async {
        let rig = Rig::new().await;
        let bound = rig.store.post(Post { copies: 2, base: HERE, ..Post::default() });
        let (plain, reached) = (rig.store.post(Post::default()), rig.store.post(Post { base: "https://mail.example.kr", ..Post::default() }));
        rig.until(|rig| rig.store.leased() == 0 && rig.store.row(reached, 0).state == State::Sent).await;
        assert_eq!(rig.store.row(plain, 0).state, State::Sent, "no other mail fails for it");
        for ordinal in 0..2 {
            let row = rig.store.row(bound, ordinal);
            let reason = row.reason.expect("a reason");
            assert_eq!((row.state, reason.code.as_str(), reason.transient), (State::Failed, "local_unsubscribe_link", true));
        }
        assert_eq!(rig.provider.sent().len(), 2);
    });
}

#[test]
fn once_the_world_reaches_this_server_its_links_lead_there() {
    run(async {
        let rig = Rig::new().await;
        rig.links.rcu(|links| Links::clone(links).reached_by(Some("https://mail.example.kr".to_owned())));
        let moved = rig.store.post(Post { base: HERE, ..Post::default() });
        rig.until(|rig| rig.store.row(moved, 0).state == State::Sent).await;
        let head = String::from_utf8(rig.provider.sent()[0].head.to_vec()).expect("ASCII");
        assert!(head.contains("List-Unsubscribe: <https://mail.example.kr/u/") && !head.contains("127.0.0.1"), "{head}");
    });
}
