//! Whatever the order reports come in, and however often each: the same state, the same feedback, the same counts, the same list (S3-4).

use jebi_domain::{
    event::FeedbackKind,
    fake::SeededRandom,
    feedback::{About, Report, What},
    id::MessageId,
    message::{Copies, Role},
    port::{Random, store::Counts},
    time::Wall,
};

use super::{
    feedback::{by_id, complaint, events, hard, report, sent_with, tagged, told},
    support::{Fixture, Mail, each, mailbox, to, unsettled},
};

const ROUNDS: usize = 12;

/// What can be told of a mail to one, as the provider's id or our own names it.
fn reports(who: &str) -> Vec<Report> {
    vec![
        Report::new(None, What::Sent, Wall(0), ""),
        report(who, FeedbackKind::Delayed, "MailboxFull"),
        report(who, FeedbackKind::Delivered, "250 ok"),
        report(who, FeedbackKind::SoftBounced, "Transient/General"),
        Report { counts: true, ..report(who, FeedbackKind::Bounced, "Permanent/General: 5.7.1") },
        hard(who),
        complaint(who),
        Report::new(Some(who.to_owned()), What::Note, Wall(0), "not-spam"),
        Report::new(None, What::Kind(FeedbackKind::Rejected), Wall(0), "Bad content"),
    ]
}

/// All of them once and some again, shuffled.
fn dealt(random: &SeededRandom, all: &[Report]) -> Vec<Report> {
    let mut bytes = [0; 64];
    random.fill(&mut bytes);
    let mut dealt = all.to_vec();
    dealt.extend(all.iter().zip(bytes).filter(|(_, byte)| byte % 2 == 0).map(|(one, _)| one.clone()));
    for at in (1..dealt.len()).rev() {
        random.fill(&mut bytes[..2]);
        dealt.swap(at, usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % (at + 1));
    }
    dealt
}

/// What results of a mail: its recipients and how many lines its timeline has.
async fn seen(f: &Fixture, id: MessageId) -> (Vec<(String, i64)>, usize) {
    let view = f.view(id, 0).await;
    (view.recipients.into_iter().map(|one| (one.state.as_str().to_owned(), one.feedback)).collect(), events(f, id).await.len())
}

/// The counts of a topic that are moved by reports and evidence.
fn counted(counts: &Counts) -> [i64; 8] {
    let c = counts;
    [c.sent, c.unsettled, c.delivered, c.bounced, c.complained, c.soft_bounced, c.delayed, c.rejected]
}

conform! {
    async fn any_order_and_repetition_gives_the_same(f) {
        let random = SeededRandom::new(11);
        let mut first = None;
        for round in 0..ROUNDS {
            // The same address again would be suppressed: a round has its own.
            let who = format!("r{round}@example.com");
            let people = [who.clone(), format!("other{round}@example.com")];
            let before = counted(&f.topic_or_none("t").await);
            let alone = f.post_one(to("t", [who.clone()])).await;
            let open = f.post_one(to("t", [people[1].clone()])).await;
            let group = [(Role::To, mailbox(format!("g{round}@example.com"))), (Role::Cc, mailbox(format!("h{round}@example.com")))];
            let both = f.post_one(Mail { copies: Copies::Joint(group.to_vec()), ..each("t", 0) }).await;
            let c = f.claim(9).await;
            assert_eq!(c.len(), 3);
            for one in &c {
                let decision = if one.message.id == open { unsettled(Wall(f.now().0 + 1_000_000)) } else { sent_with(&format!("ses-{}", one.message.id)) };
                f.settle_all(std::slice::from_ref(one), decision).await;
            }
            let index_first = round % 2 == 0;
            if index_first {
                f.housekeep().await;
            }
            let about = |message: MessageId, n: usize| if n % 2 == 0 { tagged(message, 0) } else { by_id(&format!("ses-{message}")) };
            for (n, one) in dealt(&random, &reports(&who)).into_iter().enumerate() {
                told(f, about(alone, n), vec![one]).await;
            }
            for one in dealt(&random, &reports(&people[1])) {
                told(f, About { provider_id: Some(format!("ses-{open}")), ..tagged(open, 0) }, vec![one]).await;
            }
            for one in dealt(&random, &reports(&format!("h{round}@example.com"))) {
                told(f, tagged(both, 0), vec![one]).await;
            }
            f.housekeep().await;
            let after = counted(&f.topic("t").await);
            let moved: Vec<i64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
            let mut listed = f.store.suppressed(people.to_vec()).await.expect("look-up");
            listed.sort_unstable_by_key(|(at, _)| *at);
            let listed: Vec<u32> = listed.into_iter().map(|(at, _)| at).collect();
            let now = (seen(f, alone).await, seen(f, open).await, seen(f, both).await, moved, listed);
            match &first {
                None => first = Some(now),
                Some(first) => assert_eq!(&now, first, "round {round}"),
            }
        }
    }
}

impl Fixture {
    /// The counts of a topic, also of one that is not there yet.
    async fn topic_or_none(&self, name: &str) -> Counts {
        self.store.topic(name).await.expect("look-up").map_or_else(Counts::default, |topic| topic.counts)
    }
}
