//! Late answers and feedback: evidence settles what is open, stops a resend, and shows what may have come twice.

use jebi_domain::{delivery::State, event::FeedbackKind, time::Wall};

use super::{
    settle::{out, resent},
    support::{each, failed, joint, retry, returned, sent, unknown, unsettled},
};

conform! {
    async fn a_late_answer_settles_and_stops_the_resend(f) {
        let (id, lost) = out(f).await;
        assert_eq!(f.restart().await, 1);
        assert_eq!(f.state(id, 0).await, State::Unsettled);
        f.settle(&lost, 0, sent()).await;
        assert_eq!(f.state(id, 0).await, State::Sent);
        f.pass(100_000);
        assert!(f.claim(9).await.is_empty());
        assert!(!f.view(id, 0).await.maybe_twice);
    }

    async fn a_late_answer_of_the_first_while_the_resend_is_out(f) {
        for (answer, twice) in [(sent(), true), (unknown(), true), (unsettled(f.now()), true), (failed(), false), (returned(f.now()), false)] {
            let (id, first) = out(f).await;
            f.settle(&first, 0, unsettled(f.now())).await;
            let again = f.claim(1).await.remove(0);
            f.settle(&first, 0, sent()).await;
            assert_eq!(f.state(id, 0).await, State::Sent);
            f.settle(&again, 0, answer.clone()).await;
            f.settle(&again, 0, answer.clone()).await;
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.maybe_twice, f.leased().await), (State::Sent, twice, 0), "{answer:?}");
            assert!(f.claim(9).await.is_empty());
        }
    }

    async fn a_refusal_of_the_first_while_the_resend_is_out_leaves_it_to_the_resend(f) {
        for refusal in [failed(), retry(f.now())] {
            let (id, first) = out(f).await;
            f.settle(&first, 0, unsettled(f.now())).await;
            let again = f.claim(1).await.remove(0);
            f.settle(&first, 0, refusal).await;
            f.settle(&again, 0, sent()).await;
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.maybe_twice), (State::Sent, false));
        }
    }

    async fn a_resend_lost_with_its_node_after_the_first_was_settled_shows_it(f) {
        let (id, first) = out(f).await;
        f.settle(&first, 0, unsettled(f.now())).await;
        f.claim(1).await;
        f.settle(&first, 0, sent()).await;
        assert_eq!(f.restart().await, 0);
        let view = f.view(id, 0).await;
        assert_eq!((view.state, view.maybe_twice), (State::Sent, true));
    }

    async fn unknown_becomes_sent_by_evidence_for_either_attempt(f) {
        for which in [1, 2] {
            let (id, first) = out(f).await;
            f.settle(&first, 0, unsettled(f.now())).await;
            let again = f.claim(1).await.remove(0);
            f.settle(&again, 0, unknown()).await;
            assert_eq!(f.state(id, 0).await, State::Unknown);
            f.settle(if which == 1 { &first } else { &again }, 0, sent()).await;
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.maybe_twice), (State::Sent, true));
        }
        assert_eq!(f.topic("t").await.sent, 2);
    }

    async fn unknown_becomes_failed_only_where_no_other_attempt_may_have_arrived(f) {
        let (one, c) = out(f).await;
        f.settle(&c, 0, unknown()).await;
        f.settle(&c, 0, failed()).await;
        assert_eq!(f.state(one, 0).await, State::Failed);
        let (two, c) = resent(f).await;
        f.settle(&c, 0, unknown()).await;
        f.settle(&c, 0, failed()).await;
        assert_eq!(f.state(two, 0).await, State::Unknown);
    }

    async fn a_late_refusal_lets_it_wait_for_its_review_or_fail(f) {
        let review = Wall(f.now().0 + 50);
        let (a, c) = out(f).await;
        f.settle(&c, 0, unsettled(review)).await;
        f.settle(&c, 0, retry(Wall(f.now().0 + 5))).await;
        assert_eq!(f.state(a, 0).await, State::Waiting);
        f.pass(50);
        let again = f.claim(9).await;
        assert_eq!((again[0].attempt, again[0].was_unsettled), (2, false));
        let (b, c) = out(f).await;
        f.settle(&c, 0, unsettled(review)).await;
        f.settle(&c, 0, failed()).await;
        assert_eq!(f.state(b, 0).await, State::Failed);
    }

    async fn a_late_refusal_after_cancelling_cancels(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, unsettled(Wall(f.now().0 + 50))).await;
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(0)));
        f.settle(&c, 0, retry(f.now())).await;
        assert_eq!((f.state(id, 0).await, f.topic("t").await.cancelled), (State::Cancelled, 1));
        f.housekeep().await;
        assert_eq!(f.topic("t").await.cancelled, 1);
    }

    async fn feedback_is_recorded_once_and_never_moves_a_result(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent()).await;
        let who = "person0@example.com";
        let kinds = [FeedbackKind::Bounced, FeedbackKind::Delivered, FeedbackKind::Bounced, FeedbackKind::Complained];
        let mut new = Vec::new();
        for kind in kinds {
            new.push(f.report(id, 0, who, kind).await);
        }
        assert_eq!(new, [1, 1, 0, 1]);
        assert_eq!(f.report(id, 7, who, FeedbackKind::Bounced).await, 0, "no such copy");
        let counts = f.topic("t").await;
        assert_eq!((counts.sent, counts.delivered, counts.bounced, counts.complained), (1, 1, 1, 1));
        assert_eq!(f.store.feedback_since("ses", f.now()).await, Ok(true));
        assert_eq!(f.store.feedback_since("ses", Wall(f.now().0 + 1)).await, Ok(false));
    }

    async fn feedback_settles_the_unsettled_and_the_unknown(f) {
        let (a, c) = out(f).await;
        f.settle(&c, 0, unsettled(Wall(f.now().0 + 1_000))).await;
        let (b, c) = resent(f).await;
        f.settle(&c, 0, unknown()).await;
        for id in [a, b] {
            assert_eq!(f.report(id, 0, "person0@example.com", FeedbackKind::Delivered).await, 1);
            assert_eq!(f.state(id, 0).await, State::Sent);
        }
        assert!(!f.view(a, 0).await.maybe_twice && f.view(b, 0).await.maybe_twice);
        f.pass(1_000);
        assert!(f.claim(9).await.is_empty(), "nothing is resent");
        assert_eq!(f.store.sent_since(Wall(0)).await, Ok(2));
    }

    async fn feedback_before_the_answer_is_an_answer(f) {
        let who = "person0@example.com";
        let (a, _) = out(f).await;
        let (b, c) = out(f).await;
        f.report(a, 0, who, FeedbackKind::Delivered).await;
        f.report(b, 0, who, FeedbackKind::Delivered).await;
        f.settle(&c, 0, unsettled(f.now())).await;
        assert_eq!(f.state(b, 0).await, State::Sent);
        f.restart().await;
        assert_eq!(f.state(a, 0).await, State::Sent);
        assert_eq!((f.topic("t").await.sent, f.store.sent_since(Wall(0)).await), (2, Ok(2)));
        assert!(f.claim(9).await.is_empty());
    }

    async fn feedback_of_a_joint_copy_is_by_recipient(f) {
        let id = f.post_one(joint("t", 2)).await;
        let c = f.claim(9).await.remove(0);
        f.settle(&c, 0, unsettled(f.now())).await;
        assert_eq!(f.report(id, 0, "nobody@example.com", FeedbackKind::Bounced).await, 0);
        assert_eq!(f.state(id, 0).await, State::Unsettled);
        assert_eq!(f.report(id, 0, "PERSON1@example.com", FeedbackKind::Bounced).await, 1);
        assert_eq!(f.report(id, 0, "person1@example.com", FeedbackKind::Bounced).await, 0);
        let view = f.view(id, 0).await;
        let seen: Vec<_> = view.recipients.iter().map(|r| (r.state, r.feedback)).collect();
        assert_eq!(seen, [(State::Sent, 0), (State::Sent, FeedbackKind::Bounced.bit())]);
        assert_eq!((f.topic("t").await.sent, f.topic("t").await.bounced), (2, 1));
    }

    async fn a_range_reclaimed_answers_late_copy_by_copy(f) {
        let id = f.post_one(each("t", 4)).await;
        let c = f.claim(9).await.remove(0);
        f.settle(&c, 1, returned(f.now())).await;
        assert_eq!(f.restart().await, 3);
        f.settle(&c, 2, sent()).await;
        f.pass(60_000);
        let again = f.claim(9).await;
        let got: Vec<_> = again.iter().flat_map(|c| c.copies.iter().map(|one| (one.ordinal, c.attempt, c.was_unsettled))).collect();
        assert_eq!(got, [(1, 1, false), (0, 2, true), (3, 2, true)]);
        assert_eq!(f.state(id, 2).await, State::Sent);
    }
}
