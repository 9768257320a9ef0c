//! Recipients of one mail fare differently.

use jebi::provider::smtp::SmtpConfig;
use jebi_domain::outcome::Outcome;

use super::{
    accepted, mail, on_a_sender_thread,
    smtp_rig::{config, mail_to, reason, send, sender_of, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, Kind, SmtpStub};

const THREE: [&str; 3] = ["a@example.com", "b@example.com", "c@example.com"];

#[test]
fn one_refused_of_three_is_told_apart_and_the_others_have_the_mail() {
    on_a_sender_thread(async {
        for offers in [None, Some(Vec::new())] {
            let stub = SmtpStub::of(Kind { offers, ..Kind::default() }).await;
            let (_, sender) = sender_of(config(stub.port));
            stub.on(At::Rcpt, [Act::Say("250 Ok"), Act::Say("550 5.1.1 no such user"), Act::Say("250 Ok")]);
            let Outcome::Each(all) = send(&*sender, mail_to(&THREE)).await else { panic!("they fared differently") };
            assert_eq!((&all[0], &all[2]), (&accepted("stub-1"), &accepted("stub-1")));
            assert!(matches!(&all[1], Outcome::Permanent { reason } if reason.code == "550 5.1.1"), "{:?}", all[1]);
            assert_eq!(stub.look(|s| s.mails[0].to.clone()), ["a@example.com", "c@example.com"]);
        }
    });
}

#[test]
fn a_mail_nobody_takes_is_not_sent_and_the_connection_goes_on() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Rcpt, [Act::Say("550 5.1.1 no such user"), Act::Say("550 5.1.1 no such user")]);
        let outcome = send(&*sender, mail_to(&THREE[..2])).await;
        assert_eq!(reason(&outcome).code, "550 5.1.1");
        assert!(matches!(outcome, Outcome::Permanent { .. }), "alike is not told apart: {outcome:?}");
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        stub.look(|s| assert_eq!((s.connections, s.count("RSET")), (1, 1)));
    });
}

#[test]
fn data_accepted_although_nobody_was_is_ended_properly() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Rcpt, [Act::Say("550 5.1.1 no such user")]).on(At::Data, [Act::Say("354 go ahead")]);
        let outcome = send(&*sender, mail()).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "550 5.1.1"), "{outcome:?}");
        assert!(stub.look(|s| s.mails[0].content.is_empty() && s.mails[0].to.is_empty()), "an empty mail to nobody (RFC 2920)");
        assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn too_many_recipients_go_in_further_transactions_on_the_same_connection() {
    on_a_sender_thread(async {
        for refusal in ["452 4.5.3 Too many recipients", "552 Too many recipients", "550 5.5.3 too many recipients"] {
            let (stub, _, sender) = stub_and_sender().await;
            stub.on(At::Rcpt, [Act::Say("250 Ok"), Act::Say("250 Ok"), Act::Say(refusal)]);
            let outcome = send(&*sender, mail_to(&THREE)).await;
            assert_eq!(outcome, Outcome::Each(vec![accepted("stub-1"), accepted("stub-1"), accepted("stub-2")]), "{refusal}");
            stub.look(|s| {
                assert_eq!(s.connections, 1);
                assert_eq!((s.mails[0].to.len(), s.mails[1].to.as_slice()), (2, ["c@example.com".to_owned()].as_slice()));
                assert_eq!(s.mails[0].content, s.mails[1].content);
            });
        }
    });
}

#[test]
fn more_than_the_configured_number_go_in_further_transactions_unasked() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(SmtpConfig { max_recipients: 2, ..config(stub.port) });
        let to: Vec<String> = (0..5).map(|i| format!("r{i}@example.com")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let Outcome::Each(all) = send(&*sender, mail_to(&to)).await else { panic!("three transactions have three ids") };
        let ids = ["stub-1", "stub-1", "stub-2", "stub-2", "stub-3"];
        assert_eq!(all, ids.map(accepted));
        assert_eq!(stub.look(|s| s.mails.iter().map(|m| m.to.len()).collect::<Vec<_>>()), [2, 2, 1]);
    });
}

#[test]
fn a_server_that_takes_not_even_one_is_not_asked_for_ever() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Rcpt, [Act::Say("452 4.5.3 Too many recipients"), Act::Say("452 4.5.3 Too many recipients")]);
        let outcome = send(&*sender, mail_to(&THREE[..2])).await;
        assert!(matches!(&outcome, Outcome::Transient { reason } if reason.code == "452 4.5.3"), "{outcome:?}");
        assert_eq!(stub.look(|s| s.count("MAIL")), 1);
    });
}

#[test]
fn a_connection_that_ends_between_two_transactions_costs_the_rest_nothing() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(SmtpConfig { max_recipients: 1, ..config(stub.port) });
        stub.on(At::Body, [Act::SayThenClose("250 2.0.0 Ok: queued as last")]);
        let outcome = send(&*sender, mail_to(&THREE[..2])).await;
        assert_eq!(outcome, Outcome::Each(vec![accepted("last"), Outcome::NotStarted]));
    });
}

#[test]
fn what_is_lost_after_the_dot_is_unknown_only_for_those_it_was_for() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Rcpt, [Act::Say("250 Ok"), Act::Say("550 5.1.1 no such user"), Act::Say("250 Ok")]).on(At::Body, [Act::Close]);
        let Outcome::Each(all) = send(&*sender, mail_to(&THREE)).await else { panic!("they fared differently") };
        assert!(matches!(&all[0], Outcome::Unknown { .. }) && matches!(&all[2], Outcome::Unknown { .. }), "{all:?}");
        assert!(matches!(&all[1], Outcome::Permanent { .. }), "{all:?}");
    });
}

#[test]
fn an_address_that_cannot_be_written_does_not_hold_up_the_others() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        let Outcome::Each(all) = send(&*sender, mail_to(&["a@example.com", "b c@example.com"])).await else {
            panic!("they fare differently")
        };
        assert_eq!(all[0], accepted("stub-1"));
        assert_eq!(reason(&all[1]).code, "invalid_address");
        assert_eq!(stub.look(|s| s.mails[0].to.clone()), ["a@example.com"]);
    });
}
