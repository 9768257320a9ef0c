//! One node judges for all: nodes of different settings do not undo each other's decisions, and go by the same.

use std::sync::Arc;

use jebi::service::reputation::{Reputation, Settings};
use jebi_domain::{
    event::FeedbackKind,
    message::Lane,
    port::{Clock, Store},
    reputation::{Act, Limits, Scope, Steps},
};

use super::{
    support::{Fixture, Mail, PROVIDER, sent, to},
    together::run,
};
use crate::support::guard::guarded;

fn guard(f: &Fixture, store: &Arc<dyn Store>, settings: Settings) -> Reputation {
    let clock: Arc<dyn Clock> = Arc::new(f.clock.clone());
    Reputation::new(Arc::clone(store), clock, settings)
}

#[test]
fn the_node_that_keeps_house_judges_and_the_others_go_by_it() {
    run(async |f, other| {
        let people: Vec<String> = (0..200).map(|i| format!("person{i}@naver.example")).collect();
        let id = f.post_one(Mail { lane: Lane::Bulk, ..to("소식", people.clone()) }).await;
        let claimed = f.claim(200).await;
        f.settle_all(&claimed, sent()).await;
        for (ordinal, person) in (0_u32..20).zip(&people) {
            f.report(id, ordinal, person, FeedbackKind::Bounced).await;
        }
        let lenient = Steps { warn: 20.0, slow: 30.0, pause: 40.0 };
        let limits = Limits { bounces: lenient, ..guarded().limits };
        let (strict, lenient) = (guard(f, &f.store, guarded()), guard(f, &other.store, Settings { limits, ..guarded() }));
        assert!(f.store.keeps_house().await.expect("asked"));
        assert!(!other.store.keeps_house().await.expect("asked"));
        let act = async || {
            let mark = f.store.mark_of(Scope::Provider(PROVIDER.into())).await.expect("read");
            mark.map(|mark| mark.act)
        };

        lenient.look(&[]).await.expect("a look");
        assert_eq!(act().await, None, "it is not for the other to judge");
        strict.look(&[]).await.expect("a look");
        assert_eq!(act().await, Some(Act::Paused));
        lenient.look(&[]).await.expect("a look");
        assert_eq!(act().await, Some(Act::Paused));
        for (node, guard) in [("the one that judged", &strict), ("the other", &lenient)] {
            assert!(guard.orders_of(PROVIDER).provider.held.is_some(), "{node} holds");
        }
    });
}
