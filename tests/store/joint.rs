//! Joint copies whose recipients fare differently: results, counts, attempts and the timeline by recipient.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::DeliveryId,
    message::OnUnknown,
    outcome::Decision,
    port::store::{Claimed, DeliveryView},
    suppression::{NewEntry, SuppressionCause},
};

use super::support::{self, Fixture, Mail, address, failed, joint, retry, returned, sent, unknown, unsettled};

async fn out(f: &Fixture, n: usize) -> (jebi_domain::id::MessageId, Claimed) {
    let id = f.post_one(joint("t", n)).await;
    (id, f.claim(9).await.remove(0))
}

async fn each(f: &Fixture, claimed: &Claimed, decisions: &[Decision]) {
    f.settle(claimed, 0, Decision::Each(decisions.to_vec())).await;
}

fn states(view: &DeliveryView) -> Vec<State> {
    view.recipients.iter().map(|r| r.state).collect()
}

fn goes_to(claimed: &Claimed) -> Vec<(String, bool)> {
    let open = claimed.copies[0].addressees.iter().filter(|a| a.open);
    open.map(|a| (a.mailbox.email.clone(), a.unsettled)).collect()
}

conform! {
    async fn each_recipient_gets_its_own_result_and_a_retry_goes_to_who_has_none(f) {
        let (id, claimed) = out(f, 4).await;
        let (soon, later) = (f.now() + std::time::Duration::from_secs(60), f.now() + std::time::Duration::from_secs(90));
        let decisions = [sent(), failed(), retry(later), retry(soon)];
        each(f, &claimed, &decisions).await;
        let view = f.view(id, 0).await;
        assert_eq!(states(&view), [State::Sent, State::Failed, State::Waiting, State::Waiting]);
        assert_eq!((view.state, view.attempts, view.next_try), (State::Failed, 1, Some(later)), "the worst; one due time, the latest");
        assert_eq!(view.recipients[0].provider_id.as_deref(), Some("p1"));
        assert_eq!(view.recipients[1].reason.as_ref().map(|r| r.code.as_str()), Some("550"));
        let counts = f.topic("t").await;
        assert_eq!((counts.sent, counts.failed, counts.waiting, f.leased().await), (1, 1, 2, 0));
        assert_eq!(f.store.sent_since(jebi_domain::time::Wall(0)).await, Ok(1));
        // Repeating it, before and after a restart, changes nothing.
        each(f, &claimed, &decisions).await;
        f.restart().await;
        each(f, &claimed, &decisions).await;
        assert_eq!((f.view(id, 0).await, f.topic("t").await), (view, counts));
        f.pass(60_000);
        assert!(f.claim(9).await.is_empty());
        f.pass(30_000);
        let again = f.claim(9).await.remove(0);
        assert_eq!((again.attempt, goes_to(&again)), (2, vec![(address(2), false), (address(3), false)]));
        let shown = f.view(id, 0).await;
        assert_eq!((shown.recipients[2].state, shown.next_try, shown.reason), (State::Sending, None, None), "what is out shows no next try");
        each(f, &again, &[sent(), failed()]).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Sent, State::Failed, State::Sent, State::Failed]);
    }

    async fn unknown_for_some_and_refused_for_others_stay_apart(f) {
        let (id, claimed) = out(f, 3).await;
        let now = f.now();
        each(f, &claimed, &[unsettled(now), retry(now), sent()]).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Unsettled, State::Waiting, State::Sent]);
        let counts = f.topic("t").await;
        assert_eq!((counts.unsettled, counts.waiting, counts.sent), (1, 1, 1));
        let second = f.claim(9).await.remove(0);
        assert_eq!((second.was_unsettled, goes_to(&second)), (false, vec![(address(0), true), (address(1), false)]));
        assert_eq!(f.topic("t").await.sending, 2);
        // The one resend is over for the first, and only for it.
        f.settle(&second, 0, retry(now)).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Unknown, State::Waiting, State::Sent]);
        let third = f.claim(9).await.remove(0);
        assert_eq!(goes_to(&third), [(address(1), false)]);
        f.settle(&third, 0, failed()).await;
        let view = f.view(id, 0).await;
        assert_eq!((states(&view), view.maybe_twice), (vec![State::Unknown, State::Failed, State::Sent], false));
    }

    async fn a_resend_that_arrives_shows_it_for_its_recipient(f) {
        let (id, claimed) = out(f, 2).await;
        each(f, &claimed, &[unsettled(f.now()), retry(f.now())]).await;
        let second = f.claim(9).await.remove(0);
        f.settle(&second, 0, sent()).await;
        let view = f.view(id, 0).await;
        assert_eq!((states(&view), view.maybe_twice), (vec![State::Sent, State::Sent], true));
    }

    async fn a_held_message_gives_up_the_unknown_and_sends_to_the_rest(f) {
        let id = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..joint("t", 2) }).await;
        let claimed = f.claim(9).await.remove(0);
        each(f, &claimed, &[unsettled(f.now()), retry(f.now())]).await;
        let second = f.claim(9).await.remove(0);
        assert_eq!(goes_to(&second), [(address(1), false)]);
        f.settle(&second, 0, sent()).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Unknown, State::Sent]);
    }

    async fn a_cancelled_one_ends_for_who_could_be_tried_again(f) {
        let (id, claimed) = out(f, 4).await;
        assert_eq!(f.store.cancel_message(id, f.now()).await, Ok(Some(0)));
        let now = f.now();
        each(f, &claimed, &[sent(), retry(now), returned(now), unsettled(now)]).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Sent, State::Cancelled, State::Cancelled, State::Unknown]);
        assert!(f.claim(9).await.is_empty());
    }

    async fn what_waits_is_cancelled_and_what_is_unsettled_is_not_called_so(f) {
        let (id, claimed) = out(f, 3).await;
        let later = f.now() + std::time::Duration::from_secs(60);
        each(f, &claimed, &[unsettled(later), retry(later), sent()]).await;
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(1)));
        assert_eq!(states(&f.view(id, 0).await), [State::Unsettled, State::Cancelled, State::Sent]);
        assert_eq!(f.violations().await, []);
        f.housekeep().await;
        assert_eq!(states(&f.view(id, 0).await), [State::Unknown, State::Cancelled, State::Sent]);
    }

    async fn an_interrupted_attempt_is_unsettled_only_for_whom_it_went_to(f) {
        let (id, claimed) = out(f, 3).await;
        each(f, &claimed, &[unsettled(f.now()), retry(f.now()), failed()]).await;
        f.claim(9).await;
        assert_eq!(f.restart().await, 1);
        let view = f.view(id, 0).await;
        assert_eq!(states(&view), [State::Unknown, State::Unsettled, State::Failed]);
        assert_eq!(view.recipients.iter().map(|r| r.attempts).collect::<Vec<_>>(), [2, 2, 1]);
        f.pass(60_000);
        assert_eq!(goes_to(&f.claim(9).await[0]), [(address(1), true)]);
    }

    async fn feedback_of_one_proves_only_what_went_with_it(f) {
        let (id, claimed) = out(f, 3).await;
        let later = f.now() + std::time::Duration::from_secs(60);
        each(f, &claimed, &[unsettled(later), unsettled(later), retry(later)]).await;
        assert_eq!(f.report(id, 0, &address(0), FeedbackKind::Delivered).await, 1);
        let view = f.view(id, 0).await;
        assert_eq!(states(&view), [State::Sent, State::Sent, State::Waiting], "the provider takes a mail for all it was offered, or none");
        f.pass(60_000);
        let second = f.claim(9).await.remove(0);
        assert_eq!(goes_to(&second), [(address(2), false)]);
        f.settle(&second, 0, unknown()).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Sent, State::Sent, State::Unknown]);
    }

    async fn evidence_while_the_resend_is_out_shows_the_doubt(f) {
        let (id, claimed) = out(f, 2).await;
        f.settle(&claimed, 0, unsettled(f.now())).await;
        let second = f.claim(9).await.remove(0);
        each(f, &claimed, &[sent(), unsettled(f.now())]).await;
        assert_eq!(f.view(id, 0).await.recipients[0].state, State::Sent);
        assert!(!f.view(id, 0).await.maybe_twice);
        each(f, &second, &[sent(), failed()]).await;
        let view = f.view(id, 0).await;
        assert_eq!((states(&view), view.maybe_twice), (vec![State::Sent, State::Unknown], true));
    }

    async fn a_suppressed_address_is_left_out_of_a_retry(f) {
        let (id, claimed) = out(f, 3).await;
        each(f, &claimed, &[sent(), retry(f.now()), retry(f.now())]).await;
        f.store.suppress(vec![NewEntry::plain(address(1), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        let second = f.claim(9).await.remove(0);
        assert_eq!(goes_to(&second), [(address(2), false)]);
        f.settle(&second, 0, sent()).await;
        assert_eq!(states(&f.view(id, 0).await), [State::Sent, State::Suppressed, State::Sent]);
    }

    async fn the_timeline_names_the_recipient_where_they_differ(f) {
        let (id, claimed) = out(f, 2).await;
        f.pass(10);
        f.settle(&claimed, 0, retry(f.now())).await;
        let claimed = f.claim(9).await.remove(0);
        f.pass(10);
        each(f, &claimed, &[sent(), retry(f.now())]).await;
        let claimed = f.claim(9).await.remove(0);
        f.pass(10);
        f.settle(&claimed, 0, failed()).await;
        let (_, lines) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a delivery");
        let told: Vec<_> = lines.iter().map(|l| (l.kind.as_str(), l.attempt, l.at.0 - support::START.0, l.recipient.as_str())).collect();
        let (first, second) = (address(0), address(1));
        let want = [
            ("accepted", 0, 0, ""),
            ("transient", 1, 10, ""),
            ("transient", 2, 20, second.as_str()),
            ("sent", 2, 20, first.as_str()),
            ("failed", 3, 30, second.as_str()),
        ];
        assert_eq!(told, want);
    }
}
