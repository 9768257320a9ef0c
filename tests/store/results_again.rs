//! Sending again to those who did not get it: whom of a copy, and never twice.

use std::sync::Arc;

use jebi_domain::{
    allow::AllowList,
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, KeyNo, MessageId},
    outcome::{Decision, Reason},
    port::operator::{Again, NotAgain, Rules, SendAgain, Whom},
    route::{Routes, Way},
    suppression::SuppressionCause,
};

use super::support::{Fixture, PROVIDER, address, copies, each, failed, joint, reason, sent, settlement, unknown};

const FAILED: Whom = Whom { open: false, soft_bounced: false };
const SOFT: Whom = Whom { open: false, soft_bounced: true };

fn fresh(n: u8) -> MessageId {
    MessageId([n; 16])
}

fn given_up() -> Decision {
    Decision::Failed { reason: Reason { transient: true, ..reason("451") } }
}

async fn again(f: &Fixture, id: MessageId, whom: Whom, ordinals: &[u32], new: MessageId) -> Vec<Again> {
    let way = Way { provider: PROVIDER.to_owned(), senders: Vec::new(), reason: "the only one".to_owned() };
    let asked = SendAgain {
        message: f.message(id).await.no,
        ordinals: ordinals.to_vec(),
        whom,
        id: new,
        due: f.now(),
        scheduled: false,
        max_times: None,
        rules: Arc::new(Rules { routes: Routes(vec![way]), allow: AllowList::default() }),
        api_key: KeyNo(1),
        now: f.now(),
    };
    f.store.send_again(asked).await.expect("send again")
}

conform! {
    async fn what_soft_bounced_goes_as_a_new_delivery_once_and_only_when_asked_for(f) {
        let id = f.post_one(each("t", 6)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        use FeedbackKind::*;
        let reported: [&[FeedbackKind]; 6] =
            [&[Delayed, SoftBounced], &[SoftBounced, Delivered], &[SoftBounced, Complained], &[SoftBounced, Bounced], &[Delivered], &[SoftBounced, Opened]];
        for (ordinal, kinds) in (0..).zip(reported) {
            for kind in kinds {
                f.report(id, ordinal, &address(ordinal as usize), *kind).await;
            }
        }
        let refused = |why| Again::Refused(why);
        let all = [0, 1, 2, 3, 4, 5];
        assert_eq!(again(f, id, FAILED, &all, fresh(1)).await, [refused(NotAgain::Sent); 6]);
        let new = DeliveryId { message: fresh(2), ordinal: 0 };
        let told = again(f, id, SOFT, &all, fresh(2)).await;
        let arrived = refused(NotAgain::Arrived);
        assert_eq!(told, [Again::New(new), arrived, refused(NotAgain::Complained), refused(NotAgain::Permanent), refused(NotAgain::Sent), arrived]);
        assert_eq!(again(f, id, SOFT, &[0], fresh(3)).await, [refused(NotAgain::Already(new))]);
        assert_eq!((f.view(fresh(2), 0).await.recipients[0].email.clone(), f.state(id, 0).await), (address(0), State::Sent));
        assert_eq!((f.topic("t").await.total, copies(&f.claim(9).await)), (7, 1));
    }

    async fn a_soft_bounce_that_put_its_address_on_the_list_stays(f) {
        let id = f.post_one(each("t", 1)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        f.report(id, 0, &address(0), FeedbackKind::SoftBounced).await;
        f.store.suppress(vec![(address(0), SuppressionCause::Bounce)], f.now()).await.expect("suppressed");
        assert_eq!(again(f, id, SOFT, &[0], fresh(1)).await, [Again::Refused(NotAgain::Suppressed)]);
    }

    async fn of_a_joint_copy_only_those_go_again_who_are_asked_for(f) {
        let id = f.post_one(joint("t", 4)).await;
        let claimed = f.claim(9).await.remove(0);
        let ends = Decision::Each(vec![given_up(), unknown(), sent(), sent()]);
        f.apply(vec![settlement(&claimed, 0, f.now(), ends)]).await;
        f.report(id, 0, &address(2), FeedbackKind::SoftBounced).await;
        f.report(id, 0, &address(3), FeedbackKind::Delivered).await;
        // The one nobody knows of may have it: it is not asked for.
        assert!(matches!(again(f, id, SOFT, &[0], fresh(1)).await[..], [Again::New(_)]));
        let made = f.view(fresh(1), 0).await;
        assert_eq!(made.recipients.iter().map(|one| one.email.clone()).collect::<Vec<_>>(), [address(0), address(2)]);
        assert_eq!(f.view(id, 0).await.recipients[1].state, State::Unknown);
        // It is told from the others, and goes by itself when it is asked for.
        assert_eq!(again(f, id, Whom { open: true, soft_bounced: false }, &[0], fresh(2)).await, [Again::Same]);
    }

    async fn an_open_copy_nobody_of_which_is_asked_for_says_so(f) {
        let id = f.post_one(each("t", 1)).await;
        f.settle_all(&f.claim(9).await, unknown()).await;
        assert_eq!(again(f, id, FAILED, &[0], fresh(1)).await, [Again::Refused(NotAgain::Open)]);
        let both = f.post_one(joint("t", 2)).await;
        let claimed = f.claim(9).await.remove(0);
        f.apply(vec![settlement(&claimed, 0, f.now(), Decision::Each(vec![failed(), unknown()]))]).await;
        assert_eq!(again(f, both, FAILED, &[0], fresh(2)).await, [Again::Refused(NotAgain::Permanent)]);
    }
}
