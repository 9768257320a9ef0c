//! One mail on one connection: its transactions, and what each recipient's outcome is.
//!
//! Certainly not accepted: any refusing reply, and every end of the dialogue before the final dot may have been handed to the socket.
//! Everything after that without a readable final reply is unknown. A dialogue in which a reply stands where another belongs is ended:
//! no reply is ever taken for a mail it may not belong to.

use std::time::Duration;

use jebi_domain::{
    outcome::{Outcome, Reason},
    port::Outgoing,
    smtp::{Reply, message_id, queue_id},
};

use super::{
    Shared,
    connection::{Break, Connection},
    content::{self, Cut},
    envelope::Envelope,
    error::{Phase, Verdict, judge},
};
use crate::provider::dkim::{Draft, Failed};

/// How long the rest of what stands behind a final reply is waited for.
const GOODBYE: Duration = Duration::from_secs(5);
const UNSETTLED: &str = "nothing to do: feedback settles it, or it is resent by the message's policy";

/// What became of a mail.
pub(super) struct Sent {
    pub outcome: Outcome,
    /// Whether the connection may carry another.
    pub keep: bool,
}

/// Sends a mail to all its recipients, in as many transactions as the server wants. The first poll writes the envelope.
pub(super) async fn send(connection: &mut Connection, shared: &Shared, mail: &Outgoing) -> Sent {
    let draft = shared.signer.as_ref().and_then(|signer| signer.draft(mail));
    let envelope = match Envelope::new(mail, draft.as_ref().map_or(0, Draft::len), connection.features, shared.config.max_size) {
        Ok(envelope) => envelope,
        Err(outcome) => return Sent { outcome, keep: true },
    };
    let results: Vec<Option<Outcome>> = (0..mail.to.len()).map(|i| envelope.fault(i).cloned()).collect();
    let mut open: Vec<usize> = (0..mail.to.len()).filter(|i| results[*i].is_none()).collect();
    let mut run = Run { connection, shared, mail, envelope, draft, signatures: Vec::new(), results, keep: true };
    while !open.is_empty() {
        let others = open.split_off(open.len().min(shared.config.max_recipients));
        let again = run.transaction(&open).await;
        if let Some((_, reason)) = again.first().filter(|_| again.len() == open.len()) {
            // Not one was taken: another transaction would not fare better.
            let outcome = Outcome::Transient { reason: reason.clone() };
            run.fill(&open, &outcome);
            run.fill(&others, &outcome);
            break;
        }
        open = again.into_iter().map(|(recipient, _)| recipient).chain(others).collect();
        if !run.keep || (!open.is_empty() && !run.reset().await) {
            run.keep = false;
            // Nothing was said of them, or only that they belong into another transaction.
            run.fill(&open, &Outcome::NotStarted);
            break;
        }
    }
    Sent { outcome: whole(run.results), keep: run.keep }
}

/// One outcome where all fared alike.
fn whole(results: Vec<Option<Outcome>>) -> Outcome {
    // Every recipient has one: it was at fault before, or was in a transaction, or the rest was filled.
    let mut all: Vec<Outcome> = results.into_iter().map(|one| one.unwrap_or(Outcome::NotStarted)).collect();
    match all.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => all.swap_remove(0),
        _ => Outcome::Each(all),
    }
}

struct Run<'a> {
    connection: &'a mut Connection,
    shared: &'a Shared,
    mail: &'a Outgoing,
    envelope: Envelope<'a>,
    /// What is to be signed, until it is.
    draft: Option<Draft<'a>>,
    signatures: Vec<u8>,
    results: Vec<Option<Outcome>>,
    keep: bool,
}

/// Recipients that belong into another transaction, and what the server said of that.
type Again = Vec<(usize, Reason)>;

/// How an envelope ended.
enum Ready {
    /// The server waits for the mail, for so many recipients.
    Content(usize),
    /// Everything that can be said of its recipients is.
    Over,
}

impl Run<'_> {
    /// Gives those without an outcome this one.
    fn fill(&mut self, recipients: &[usize], outcome: &Outcome) {
        for recipient in recipients {
            self.results[*recipient].get_or_insert_with(|| outcome.clone());
        }
    }

    fn judged(&self, phase: Phase, reply: Reply) -> Verdict {
        judge(phase, reply, &self.shared.config, &self.mail.from)
    }

    /// The dialogue is over before the mail was.
    fn broken(&mut self, batch: &[usize], outcome: &Outcome) -> Ready {
        self.keep = false;
        self.fill(batch, outcome);
        Ready::Over
    }

    async fn reset(&mut self) -> bool {
        let limit = self.shared.config.timeouts.command;
        self.connection.reset(&*self.shared.clock, limit).await
    }

    async fn transaction(&mut self, batch: &[usize]) -> Again {
        let mut again = Again::new();
        if let Ready::Content(accepted) = self.envelope(batch, &mut again).await {
            // Those to be tried again are not among those the mail is for.
            let rest: Vec<usize> = batch.iter().copied().filter(|r| again.iter().all(|(other, _)| other != r)).collect();
            if accepted > 0 {
                self.content(&rest).await;
            } else {
                self.nothing().await;
            }
        }
        again
    }

    async fn envelope(&mut self, batch: &[usize], again: &mut Again) -> Ready {
        let last = batch.len() + 1;
        let pipelining = self.connection.features.pipelining;
        let timeouts = self.shared.config.timeouts;
        if pipelining {
            self.connection.out.clear();
            (0..=last).for_each(|step| self.line(batch, step));
            if let Err(cut) = self.connection.write(&*self.shared.clock, timeouts.command, "while the envelope was written").await {
                return self.lost(batch, 0, &cut);
            }
        }
        let (mut accepted, mut refused) = (0, false);
        for step in 0..=last {
            if !pipelining {
                if refused || (step == last && accepted == 0) {
                    return Ready::Over;
                }
                self.connection.out.clear();
                self.line(batch, step);
                if let Err(cut) = self.connection.write(&*self.shared.clock, timeouts.command, doing(step, last)).await {
                    return self.lost(batch, step, &cut);
                }
            }
            // The server has something to answer: that takes longer than signing, which so costs no time and holds no slot up.
            if let Err(cut) = self.sign() {
                return self.lost(batch, step, &cut);
            }
            let limit = if step == last { timeouts.data_start } else { timeouts.command };
            let code = match self.connection.reply(&*self.shared.clock, limit, doing(step, last)).await {
                Ok(code) => code,
                Err(cut) => return self.lost(batch, step, &cut),
            };
            match (step, code) {
                (_, 421) => return self.closing(batch, step, last),
                (0, 200..=299) => self.connection.needs_reset = true,
                (0, 400..) => {
                    refused = true;
                    let outcome = self.judged(Phase::Mail, self.connection.wire.last(code)).outcome();
                    self.refused(batch, &outcome);
                }
                // What is answered to the rest of a refused transaction says nothing new.
                (_, 400..) if refused => {}
                (_, _) if refused => {
                    return self.broken(batch, &Break::out_of_sync("the server goes on with a refused sender").transient());
                }
                (step, 200..=299) if step < last => accepted += 1,
                (step, 400..) if step < last => {
                    let recipient = batch[step - 1];
                    match self.judged(Phase::Rcpt, self.connection.wire.last(code)) {
                        Verdict::TooMany(reason) => again.push((recipient, reason)),
                        Verdict::Outcome(outcome) => self.refused(&[recipient], &outcome),
                    }
                }
                (step, 300..=399) if step == last => {
                    if !self.connection.wire.is_drained() {
                        return self.out_of_step(batch, "the server said more than was asked of it");
                    }
                    return Ready::Content(accepted);
                }
                (step, 400..) if step == last && accepted == 0 => {}
                (step, 400..) if step == last => {
                    let outcome = self.judged(Phase::Data, self.connection.wire.last(code)).outcome();
                    let taken: Vec<usize> = batch.iter().copied().filter(|r| again.iter().all(|(other, _)| other != r)).collect();
                    self.refused(&taken, &outcome);
                }
                (step, code) => return self.out_of_step(batch, &format!("{}: {code} is no answer to that", doing(step, last))),
            }
        }
        if self.connection.wire.is_drained() { Ready::Over } else { self.out_of_step(batch, "the server said more than was asked of it") }
    }

    /// Signs the mail, once for all its transactions.
    fn sign(&mut self) -> Result<(), Break> {
        let Some(draft) = self.draft.take() else { return Ok(()) };
        let text = "the mail could not be signed with DKIM".to_owned();
        self.signatures = draft.sign(self.mail).map_err(|Failed| Break { code: "dkim_failed", text })?;
        Ok(())
    }

    /// Writes the command of a step: MAIL, RCPT for each, DATA.
    fn line(&mut self, batch: &[usize], step: usize) {
        let out = &mut self.connection.out;
        match step {
            0 => self.envelope.write_mail(out),
            _ => match batch.get(step - 1) {
                Some(recipient) => self.envelope.write_rcpt(out, *recipient),
                None => out.extend_from_slice(b"DATA\r\n"),
            },
        }
    }

    /// A complete refusal. A login that does not hold is asked for again on a new connection.
    fn refused(&mut self, recipients: &[usize], outcome: &Outcome) {
        self.keep &= !matches!(outcome, Outcome::RejectedAccount { .. }) && !is_odd(outcome);
        self.fill(recipients, outcome);
    }

    fn out_of_step(&mut self, batch: &[usize], why: &str) -> Ready {
        self.broken(batch, &Break::out_of_sync(why).transient())
    }

    /// No reply to a step of the envelope.
    fn lost(&mut self, batch: &[usize], step: usize, cut: &Break) -> Ready {
        let outcome = if step == 0 && cut.code == "connection_lost" { self.before_mail(cut.transient()) } else { cut.transient() };
        self.broken(batch, &outcome)
    }

    /// The server closes the connection (RFC 5321 section 3.8).
    fn closing(&mut self, batch: &[usize], step: usize, last: usize) -> Ready {
        let phase = match step {
            0 => Phase::Mail,
            step if step == last => Phase::Data,
            _ => Phase::Rcpt,
        };
        let outcome = self.judged(phase, self.connection.wire.last(421)).outcome();
        let outcome = if step == 0 { self.before_mail(outcome) } else { outcome };
        self.broken(batch, &outcome)
    }

    /// A connection that has carried mail and ends where the next one begins says nothing of that one: relays close after a number of
    /// mails. One that never carried any does say something, else it would be tried without end.
    fn before_mail(&self, outcome: Outcome) -> Outcome {
        if self.connection.mails > 0 { Outcome::NotStarted } else { outcome }
    }

    /// Writes the mail and reads the final reply.
    async fn content(&mut self, recipients: &[usize]) {
        let timeouts = self.shared.config.timeouts;
        self.connection.needs_reset = false;
        let written = content::write(self.connection, &*self.shared.clock, timeouts.data_body, (&self.signatures, self.mail)).await;
        if let Err(cut) = written {
            return self.cut(recipients, &cut);
        }
        let code = match self.connection.reply(&*self.shared.clock, timeouts.final_reply, "waiting for the final reply").await {
            Ok(code) => code,
            Err(cut) => return self.unknown(recipients, &cut),
        };
        let reply = self.connection.wire.last(code);
        self.connection.mails += 1;
        if !self.connection.wire.is_drained() {
            // A relay may say goodbye right behind its answer; anything else may be the answer itself.
            self.keep = false;
            let more = self.connection.reply(&*self.shared.clock, GOODBYE, "behind the final reply").await;
            if !matches!(more, Ok(421)) {
                return self.unknown(recipients, &Break::out_of_sync("there is more than one final reply"));
            }
        }
        match code {
            200..=299 => {
                let id = queue_id(&reply.text).or_else(|| message_id(&self.mail.head)).unwrap_or_default().to_owned();
                self.fill(recipients, &Outcome::Accepted { provider_id: id });
            }
            400.. => {
                self.keep &= code != 421;
                let outcome = self.judged(Phase::Content, reply).outcome();
                self.refused(recipients, &outcome);
            }
            _ => self.unknown(recipients, &Break { code: "bad_answer", text: format!("{code} is no answer to a mail") }),
        }
    }

    /// Not all of the mail was written. A server that has seen enough says so and closes.
    fn cut(&mut self, recipients: &[usize], cut: &Cut) {
        self.keep = false;
        let refusal = self.connection.wire.reply_now().filter(|code| *code >= 400);
        let outcome = match refusal {
            Some(code) => self.judged(Phase::Content, self.connection.wire.last(code)).outcome(),
            None if cut.may_be_whole => unknown(&cut.why),
            None => cut.why.transient(),
        };
        self.fill(recipients, &outcome);
    }

    fn unknown(&mut self, recipients: &[usize], why: &Break) {
        self.keep = false;
        self.fill(recipients, &unknown(why));
    }

    /// The server waits for a mail although it took no recipient: it gets an empty one, for nobody (RFC 2920 section 3.1).
    async fn nothing(&mut self) {
        self.connection.needs_reset = false;
        self.connection.out.clear();
        self.connection.out.extend_from_slice(content::NOTHING);
        let limit = self.shared.config.timeouts.command;
        let doing = "after an empty mail";
        let ended = match self.connection.write(&*self.shared.clock, limit, doing).await {
            Ok(()) => self.connection.reply(&*self.shared.clock, limit, doing).await,
            Err(cut) => Err(cut),
        };
        self.keep &= matches!(ended, Ok(code) if code != 421) && self.connection.wire.is_drained();
    }
}

fn unknown(why: &Break) -> Outcome {
    Outcome::Unknown { reason: Reason::new(why.code, why.text.as_str(), UNSETTLED) }
}

/// Whether server and client no longer mean the same state.
fn is_odd(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Transient { reason } if reason.code.starts_with("503"))
}

fn doing(step: usize, last: usize) -> &'static str {
    match step {
        0 => "after MAIL",
        step if step == last => "after DATA",
        _ => "after RCPT",
    }
}
